# The office and the world beyond it: who is plugged in where. Sourced by record-samples.
#
#   laptop-ana  laptop-ben ── switch ══ uplink ══ upstairs ── desk-cho  printer          192.168.10.0/24, fd10:10::/64
#   nas  db  hub ───────────────┘ └── camera (VLAN 30, 192.168.30.0/24)
#                        router ── slow line, 17 ms ── isp ── cloud                      10.20.0.0/24, fd20:20::/64
#
# The recorder listens on the switch: whatever crosses it is seen once.

cloud_names=(dns:53 www:80 bank:81 shop:82 media:83 mail:25 time:123 vpn:51 tunnel:47 files:84)

make_office() {
  local h
  host switch
  host upstairs
  for h in switch upstairs; do
    at $h ip link add br0 type bridge stp_state 1 forward_delay 200 hello_time 500 max_age 2000 mcast_snooping 0
    # LLDP is meant to stop at a bridge; without this the mirror port would never show it.
    at $h ip link set br0 type bridge group_fwd_mask 16384
    at $h sysctl -qw net.ipv6.conf.br0.disable_ipv6=1
    at $h ip link set br0 up
  done
  at switch ip link set br0 type bridge priority 4096
  cable switch uplink 02:5e:00:00:00:01 upstairs uplink 02:5e:00:00:00:02
  at switch ip link set uplink master br0
  at upstairs ip link set uplink master br0

  host router 10.20.0.53
  plug router switch 00:0d:b9:4a:10:01
  plug_in nas switch 00:11:32:7c:51:a0
  plug_in db switch 52:54:00:3b:9e:11
  plug_in hub switch dc:a6:32:0f:77:42
  plug_in laptop-ana switch 3c:a9:f4:18:2b:64
  plug_in laptop-ben switch f0:18:98:5d:c3:07
  plug_in desk-cho upstairs 00:15:65:a2:3d:90
  plug_in printer upstairs 30:05:5c:8e:14:2f
  plug_in thermostat switch 24:0a:c4:60:b1:5e
}

plug_in() { host "$1"; plug "$@"; }
# plug NAME SWITCH MAC: eth0 of that host into a port of the switch.
plug() {
  local port="p-${1#laptop-}"
  cable "$1" eth0 "$3" "$2" "$port" "fe:5e:00${3:8}"
  at "$2" ip link set "$port" master br0
}

# address NAME LAST: a fixed address in the office, both families, by way of the router.
address() {
  at "$1" ip addr add "192.168.10.$2/24" brd + dev eth0
  at "$1" ip route replace default via 192.168.10.1
  at "$1" ip route add 224.0.0.0/4 dev eth0
  ipv6_on "$1" eth0
  at "$1" ip addr add "fd10:10::$2/64" dev eth0
}

make_world() {
  local entry last
  host line
  host isp 10.20.0.53
  host cloud 10.20.0.53
  cable router wan 00:0d:b9:4a:10:02 line near 02:5e:00:00:01:01
  cable isp wan 02:5e:00:00:01:02 line far 02:5e:00:00:01:03
  cable isp lan 02:5e:00:00:02:01 cloud eth0 02:5e:00:00:02:02
  serve line python3 "$parts/wire.py" slow near far 8 0.6

  at router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
  at isp sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
  ipv6_on router wan
  ipv6_on isp wan
  ipv6_on isp lan
  ipv6_on cloud eth0
  at router ip addr add 10.1.0.1/30 dev wan
  at router ip addr add fd01::1/64 dev wan nodad
  at isp ip addr add 10.1.0.2/30 dev wan
  at isp ip addr add fd01::2/64 dev wan nodad
  at isp ip addr add 10.20.0.1/24 dev lan
  at isp ip addr add fd20:20::1/64 dev lan nodad
  at router ip route add 10.20.0.0/24 via 10.1.0.2
  at router ip route add fd20:20::/64 via fd01::2
  at isp ip route add 192.168.0.0/16 via 10.1.0.1
  at isp ip route add fd10:10::/64 via fd01::1
  for entry in "${cloud_names[@]}"; do
    last=${entry#*:}
    at cloud ip addr add "10.20.0.$last/24" dev eth0
    at cloud ip addr add "fd20:20::$last/64" dev eth0 nodad
  done
  at cloud ip route replace default via 10.20.0.1
  at cloud ip route add default via fd20:20::1
  # A narrower link further on, for path MTU discovery (RFC 1191).
  at isp ip link set lan mtu 1400
  at cloud ip link set eth0 mtu 1400

  at router ip addr add 192.168.10.1/24 brd + dev eth0
  at router ip route add 224.0.0.0/4 dev eth0
  ipv6_on router eth0
  at router ip addr add fd10:10::1/64 dev eth0 nodad
}

# The camera's port carries VLAN 30 tagged; the router has a leg in it.
make_camera() {
  host camera 192.168.30.1
  cable camera trunk ac:cc:8e:33:d0:6d switch p-camera fe:5e:00:33:d0:6d
  at switch ip link set p-camera master br0
  serve camera python3 "$parts/wire.py" vlan trunk 30 eth0
  serve router python3 "$parts/wire.py" vlan eth0 30 vlan30
  wait_for 5 at camera ip link show eth0
  wait_for 5 at router ip link show vlan30
  at camera sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1
  at router sysctl -qw net.ipv6.conf.vlan30.disable_ipv6=1
  at camera ip link set eth0 address ac:cc:8e:33:d0:6d
  at camera ip link set eth0 mtu 1496 up
  at router ip link set vlan30 address 00:0d:b9:4a:10:01
  at router ip link set vlan30 mtu 1496 up
  at camera ip addr add 192.168.30.40/24 brd + dev eth0
  at camera ip route add default via 192.168.30.1
  at router ip addr add 192.168.30.1/24 brd + dev vlan30
}
