#!/bin/sh
# shop.sh install: makes a shop in $WOO_SITE (the files of WordPress and WooCommerce are there) and remembers it empty.
# shop.sh reset: brings the empty shop back. Both need a database server on $WOO_SOCKET.
set -e
here=$(dirname "$0")
base=${WOO_DB:-wp}
client="mariadb --no-defaults -S $WOO_SOCKET -u${WOO_USER:-root}"
case "$1" in
install)
    $client -e "drop database if exists $base; create database $base"
    mkdir -p "$WOO_SITE/wp-content/themes" "$WOO_SITE/wp-content/uploads"
    cp "$here/wp-config.php" "$WOO_SITE/wp-config.php"
    php "$here/install.php" wordpress 2>/dev/null
    php "$here/install.php" woocommerce 2>/dev/null
    mariadb-dump --no-defaults -S "$WOO_SOCKET" -u"${WOO_USER:-root}" "$base" >"$WOO_SITE/../empty-shop.sql"
    ;;
reset)
    $client -e "drop database if exists $base; create database $base"
    $client "$base" <"$WOO_SITE/../empty-shop.sql"
    ;;
esac
