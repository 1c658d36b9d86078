<?php

// A CalDAV server out of Debian's php-sabre-dav, for `php -S`. The environment has SABRE_DATABASE, a file of SQLite, and
// SABRE_AUTH: "Basic" or "Digest".

// Its PHP is older than the one that runs it, which says so in every answer.
error_reporting(0);

require_once 'Sabre/autoload.php';

class BasicBackend extends \Sabre\DAV\Auth\Backend\AbstractBasic
{
    public function __construct(private \PDO $pdo) {}

    protected function validateUserPass($username, $password)
    {
        $row = $this->pdo->prepare('SELECT digesta1 FROM users WHERE username = ?');
        $row->execute([$username]);

        return $row->fetchColumn() === md5("$username:SabreDAV:$password");
    }
}

if (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) === '/.well-known/caldav') {
    header('Location: /', true, 301);
    exit();
}

$pdo = new \PDO('sqlite:' . getenv('SABRE_DATABASE'));
$pdo->setAttribute(\PDO::ATTR_ERRMODE, \PDO::ERRMODE_EXCEPTION);
$principals = new \Sabre\DAVACL\PrincipalBackend\PDO($pdo);
$server = new \Sabre\DAV\Server([
    new \Sabre\CalDAV\Principal\Collection($principals),
    new \Sabre\CalDAV\CalendarRootNode($principals, new \Sabre\CalDAV\Backend\PDO($pdo)),
]);
$server->setBaseUri('/');
$auth = getenv('SABRE_AUTH') === 'Digest' ? new \Sabre\DAV\Auth\Backend\PDO($pdo) : new BasicBackend($pdo);
$server->addPlugin(new \Sabre\DAV\Auth\Plugin($auth, 'SabreDAV'));
$server->addPlugin(new \Sabre\DAVACL\Plugin());
$server->addPlugin(new \Sabre\CalDAV\Plugin());
$server->exec();
