<?php

// Sends clients to DAViCal; `php -S` finds the rest by itself.
if (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) === '/.well-known/caldav') {
    header('Location: /caldav.php/', true, 301);
    return true;
}
return false;
