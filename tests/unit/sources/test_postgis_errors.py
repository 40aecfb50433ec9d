"""What a server says in its own language while connecting, told in French."""

from __future__ import annotations

import psycopg
import pytest

from geoville.errors import DataUnavailableError, InvalidInputError
from geoville.sources.postgis import failure_of, parse_postgis_address, refusal_of

ADDRESS = parse_postgis_address("postgresql://ana:tresor@sig:5433/ville#t")


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ('FATAL:  password authentication failed for user "ana"', "refuse le mot de passe"),
        ("FATAL:  authentification par mot de passe échouée pour l'utilisateur « ana »", "refuse le mot de passe"),
        ('FATAL:  Peer authentication failed for user "ana"', "refuse le mot de passe"),
        ("FATAL:  authentification peer échouée pour l'utilisateur « ana »", "refuse le mot de passe"),
        ("fe_sendauth: no password supplied", "refuse le mot de passe"),
        ('FATAL:  role "ana" does not exist', "refuse le mot de passe"),
        ("FATAL:  le rôle « ana » n'existe pas", "refuse le mot de passe"),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.1"', "n'accepte pas cet utilisateur depuis cette machine"),
        ("FATAL:  aucune entrée dans pg_hba.conf pour l'hôte « 10.0.0.1 »", "depuis cette machine"),
        ('FATAL:  database "ville" does not exist', "La base « ville » n'existe pas"),
        ("FATAL:  la base de données « ville » n'existe pas", "La base « ville » n'existe pas"),
        ("FATAL:  sorry, too many clients already", "refuse la connexion à la base « ville »"),
    ],
)
def test_a_refusal_is_told_whatever_the_language_of_the_server(told: str, message: str) -> None:
    error = psycopg.OperationalError(f'connection to server at "10.0.0.2", port 5433 failed: {told}')
    refusal = refusal_of(error, ADDRESS)
    assert isinstance(refusal, InvalidInputError)
    assert message in refusal.sentence


@pytest.mark.parametrize("told", ["Connection refused", "[Errno -2] Name or service not known", "timeout expired"])
def test_silence_is_not_the_caller_s_fault(told: str) -> None:
    failure = refusal_of(psycopg.OperationalError(told), ADDRESS)
    assert isinstance(failure, DataUnavailableError)
    assert "« sig:5433 » ne répond pas" in failure.sentence


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (psycopg.errors.DiskFull("plein"), "disque du serveur est plein"),
        (psycopg.errors.ReadOnlySqlTransaction("replica"), "n'accepte que la lecture"),
        (psycopg.errors.LockNotAvailable("occupée"), "est occupée"),
        (psycopg.errors.UniqueViolation("Key (adresse)=(3 rue X)"), "UniqueViolation, code 23505"),
        (psycopg.DataError("3 rue X"), r"refuse l'opération sur « public.t » (DataError)"),
    ],
)
def test_a_failure_is_told_without_the_values(error: psycopg.Error, message: str) -> None:
    failure = failure_of(error, ADDRESS)
    assert isinstance(failure, InvalidInputError)
    assert message in failure.sentence
    assert "3 rue X" not in failure.sentence


@pytest.mark.parametrize(
    "error", [psycopg.errors.AdminShutdown("fin"), psycopg.OperationalError("the connection is lost")]
)
def test_a_cut_says_that_nothing_was_written(error: psycopg.Error) -> None:
    failure = failure_of(error, ADDRESS)
    assert isinstance(failure, DataUnavailableError)
    assert "coupée avant la fin : rien n'a été écrit" in failure.sentence
