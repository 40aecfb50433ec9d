<?php
// The requests of geo6/geocoder-php-addok-provider, and what it reads of the answers, written after its source:
// `Addok.php`, geocodeQuery() and reverseQuery(). Packagist is not a registry that these tests reach.
function ask(string $url): stdClass
{
    $context = stream_context_create(['http' => ['follow_location' => 0]]); // its HTTP client follows no redirection
    return json_decode(file_get_contents($url, false, $context), false, 512, JSON_THROW_ON_ERROR);
}

$root = rtrim($argv[1], '/');
$found = ask(sprintf($root . '/search/?q=%s&limit=%d&autocomplete=0', urlencode('1 rue Youri Gagarine, 62100 Calais'), 5));
$properties = $found->features[0]->properties;
[$lon, $lat] = $found->features[0]->geometry->coordinates;
echo implode(' ', [$properties->type, $properties->housenumber, $properties->street, $properties->postcode, $properties->city]), "\n";
$near = ask(sprintf($root . '/reverse/?lat=%F&lon=%F', $lat, $lon));
echo $near->features[0]->properties->street, "\n";
