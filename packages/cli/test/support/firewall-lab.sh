#!/usr/bin/env bash
# One firewall, alone: bash firewall-lab.sh TOOL EYRIE, in network and mount namespaces of its own (unshare --net --mount).
# A neighbour with two addresses looks which ports are open, before apply, after it and after remove. Prints `name: value` lines.
set -euo pipefail
tool=$1 eyrie=$2
children=()
trap 'kill "${children[@]}" 2>/dev/null || true' EXIT

# Nothing of the host may be written: what these programs write to is a copy.
mount --make-rprivate /
mount -t tmpfs tmpfs /mnt
mkdir /mnt/etc /mnt/home
cp -a /etc/. /mnt/etc/
mount --bind /mnt/etc /etc
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/log
export HOME=/mnt/home XDG_CONFIG_HOME=/mnt/home/config EYRIE_HOME=/mnt/home/eyrie
# As if somebody were logged in from the first address of the neighbour.
export SSH_CONNECTION='10.9.0.2 50000 10.9.0.1 22'

ip link set lo up
ip netns add neighbour
ip link add inside type veth peer name outside netns neighbour
ip addr add 10.9.0.1/24 dev inside
ip link set inside up
ip -n neighbour addr add 10.9.0.2/24 dev outside
ip -n neighbour addr add 10.9.0.3/24 dev outside
ip -n neighbour link set outside up
node -e "for (const port of [22, 7777, 9999]) require('net').createServer((s) => s.end()).listen(port, '0.0.0.0')" &
children+=($!)

start_ufw() {
  ufw --force enable >/dev/null
  ufw allow 80/tcp comment 'the web' >/dev/null
}
state_ufw() { ufw show added; }

start_nft() {
  nft -f - <<'END'
table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    iif lo accept
    ct state established,related accept
    tcp dport 80 accept comment "the web"
    counter reject
  }
}
END
}
state_nft() { nft list ruleset | sed 's/counter packets [0-9]* bytes [0-9]*/counter/'; }

# Each of firewalld's commands takes a third of a second to start: its zone is written beforehand, and what it keeps is read.
start_firewalld() {
  mkdir -p /run/dbus /etc/firewalld/zones
  cat > /etc/firewalld/zones/public.xml <<'END'
<?xml version="1.0" encoding="utf-8"?>
<zone>
  <short>Public</short>
  <service name="http"/>
</zone>
END
  dbus-daemon --system --nofork --nopidfile &
  children+=($!)
  for _ in $(seq 50); do [ -S /run/dbus/system_bus_socket ] && break; sleep 0.1; done
  firewalld --nofork --nopid 2>/dev/null &
  children+=($!)
  for _ in $(seq 100); do nft list table inet firewalld >/dev/null 2>&1 && break; sleep 0.1; done
  for _ in $(seq 100); do firewall-cmd --state >/dev/null 2>&1 && break; sleep 0.1; done
}
state_firewalld() {
  firewall-cmd --list-all
  # firewalld writes the zone anew, with an attribute or an empty line more.
  (cd /etc/firewalld && find zones ipsets -name '*.xml' | sort && sed 's/<zone[^>]*>/<zone>/; /^$/d' zones/public.xml)
}

# Which of the three ports each of the neighbour's addresses reaches: `before 10.9.0.2: 22 9999`.
reach() {
  ip netns exec neighbour node -e '
    const { connect } = require("net");
    const opens = (localAddress, port) => new Promise((done) => {
      const socket = connect({ host: "10.9.0.1", port, localAddress });
      const end = (open) => { socket.destroy(); done(open); };
      setTimeout(end, 1000, false);
      socket.on("connect", () => end(true)).on("error", () => end(false));
    });
    for (const from of ["10.9.0.2", "10.9.0.3"])
      Promise.all([22, 7777, 9999].map(async (port) => (await opens(from, port)) ? ` ${port}` : ""))
        .then((open) => console.log(`${process.argv[1]} ${from}:${open.join("")}`));' "$1"
}

"start_$tool"
before=$("state_$tool")
reach before
printf '10.9.0.3   # a scanner\n10.9.0.2   # ourselves\n10.9.0.1\n2001:db8::/32\n' > /mnt/block.txt
firewall() { node "$eyrie" firewall "$@"; }
firewall apply --tool "$tool" --open 9999/tcp --block /mnt/block.txt --yes > /mnt/first
grep -c 'not blocked' /mnt/first | sed 's/^/protected: /'
reach after
firewall status --tool "$tool" | sed 's/^/status: /'
if [ "$tool" != firewalld ]; then # whose commands take half a second each
  once=$("state_$tool")
  firewall apply --tool "$tool" --open 9999/tcp --block /mnt/block.txt --yes > /mnt/second
  [ "$once" = "$("state_$tool")" ] && echo 'again: the same' || diff <(echo "$once") <("state_$tool") || true
  firewall apply --tool "$tool" --open 9999/tcp --from 10.9.0.3 --yes > /mnt/third
  reach limited
fi
firewall remove --tool "$tool" --yes > /mnt/fourth
[ "$before" = "$("state_$tool")" ] && echo 'removed: as before' || diff <(echo "$before") <("state_$tool") || true
firewall status --tool "$tool"
