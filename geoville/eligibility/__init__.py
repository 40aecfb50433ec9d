"""Position to verdict: point index, decision, rules. Pure: values in, values out."""
