# The lab's floor: private files, hosts, cables, and the recorder. Sourced by record-samples, as process 1.

lab=/mnt/lab
export LC_ALL=C.UTF-8 TZ=UTC HOME=$lab
declare -A pid_of

# Gives the lab its own copy of /etc and empty folders wherever daemons write, so that no name, key or user of
# this machine gets into the capture and nothing the lab writes stays behind; the rest is read-only in here.
# The folder for results and these scripts stay in sight under /mnt/lab, wherever they are.
private_files() {
  local d out scripts
  exec {out}<"$folder" {scripts}<"$parts"
  mount -t tmpfs lab /mnt
  mkdir -p $lab/{log,out,parts}
  mount --bind "/proc/$$/fd/$out" $lab/out
  mount --bind "/proc/$$/fd/$scripts" $lab/parts
  folder=$lab/out parts=$lab/parts
  cp -a /etc $lab/etc
  mount --bind $lab/etc /etc
  for d in /run /dev/shm /tmp /home /srv /root /var/{log,spool,mail,tmp,cache} \
    /var/lib/{dhcp,snmp,samba,chrony,lldpd,dovecot,misc,mosquitto,redis,postgresql,ldap}; do
    [[ -d $d ]] && mount -t tmpfs lab "$d"
  done
  chmod 1777 /tmp /var/tmp
  rm -f /etc/ssh/ssh_host_* /etc/ssh/ssh_config.d/* /etc/ssh/sshd_config.d/* /etc/krb5.conf /etc/gitconfig /etc/profile.d/*
  rm -rf /etc/ldap/ldap.conf /etc/curlrc /etc/postgresql /etc/avahi/services/*
  : >/etc/motd
  # CUPS and UPnP tell everyone the kernel's version: in the lab that is Debian 12's.
  tcc -shared -nostdlib -o $lab/uname.so "$parts/uname.c"
  echo $lab/uname.so >/etc/ld.so.preload
  echo 127.0.0.1 localhost >/etc/hosts
  sed -i 's/^hosts:.*/hosts: files dns/' /etc/nsswitch.conf
  od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >/etc/machine-id
  # A wrong password is answered at once: the capture is of guessing, not of waiting.
  sed -i '/pam_unix.so/s/$/ nodelay/' /etc/pam.d/common-auth
  # Whatever would be written elsewhere fails.
  mount -o remount,bind,ro /
  cd $lab
}

# host NAME [RESOLVER]: a machine with its own network, host name, /run and resolv.conf.
host() {
  local name=$1 resolver=${2:-192.168.10.1}
  mkdir -p "$lab/$name"
  printf 'search office.example\nnameserver %s\n' "$resolver" >"$lab/$name/resolv.conf"
  echo "$name" >"$lab/$name/hostname"
  mkfifo "$lab/$name/ready"
  unshare --mount --uts --net bash -c '
    mount -t tmpfs run /run && mkdir -p /run/sshd /run/dbus /run/vsftpd/empty /run/lldpd /run/slapd /run/samba /run/chrony
    mount -t tmpfs run /tmp && chmod 1777 /tmp
    mount --bind "$1/resolv.conf" /etc/resolv.conf && mount --bind "$1/hostname" /etc/hostname
    hostname "$2" && ip link set lo up
    echo reno >/proc/sys/net/ipv4/tcp_congestion_control
    echo >"$1/ready"; exec sleep 3600' host "$lab/$name" "$name" &
  pid_of[$name]=$!
  read -r -t 10 <"$lab/$name/ready" || fail "host $name did not start"
}

# at NAME COMMAND…: runs it on that host.
at() { local n=$1; shift; nsenter -t "${pid_of[$n]}" -m -u -n -- "$@"; }
# on NAME COMMAND…: the same with its output in the lab's log; a failure is part of life in an office.
on() {
  local n=$1 rc=0
  shift
  echo "+ $(since) $n: $*" >>"$lab/log/story"
  at "$n" timeout -k 2 25 "$@" >>"$lab/log/$n" 2>&1 </dev/null || rc=$?
  ((rc == 0)) || echo "! $(since) $n: $rc from $*" >>"$lab/log/story"
}
# serve NAME COMMAND…: a daemon on that host, in the background.
serve() { local n=$1; shift; nsenter -t "${pid_of[$n]}" -m -u -n -- "$@" >>"$lab/log/$n.$(basename "$1")" 2>&1 </dev/null & }

# as USER: prefix for at/on, to run as that user with a clean environment.
as() { printf 'runuser -u %s -- env HOME=/home/%s USER=%s' "$1" "$1" "$1"; }

# cable A IF_A MAC_A B IF_B MAC_B: joins two hosts; offloads are off, so frames and checksums are as on a real wire.
cable() {
  ip link add "$2" address "$3" netns "${pid_of[$1]}" type veth peer name "$5" address "$6" netns "${pid_of[$4]}"
  wire_up "$1" "$2"
  wire_up "$4" "$5"
}
wire_up() {
  at "$1" sysctl -qw "net.ipv6.conf.$2.disable_ipv6=1"
  at "$1" ethtool -K "$2" rx off tx off sg off tso off gso off gro off rxvlan off txvlan off >/dev/null 2>&1 || true
  at "$1" ip link set dev "$2" up
}
ipv6_on() { at "$1" sysctl -qw "net.ipv6.conf.$2.disable_ipv6=0"; }

since() { local now=${EPOCHREALTIME/./}; printf '%d.%03d' $(((now - began) / 1000000)) $(((now - began) / 1000 % 1000)); }
# until_s N: waits until N seconds after the story began.
until_s() { local left=$((began + $1 * 1000000 - ${EPOCHREALTIME/./})); ((left > 0)) && sleep "$((left / 1000000)).$(printf %06d $((left % 1000000)))" || true; }
began=${EPOCHREALTIME/./}

# wait_for SECONDS COMMAND…: until it succeeds.
wait_for() { local i n=$(($1 * 5)); shift; for ((i = 0; i < n; i++)); do "$@" >/dev/null 2>&1 && return; sleep 0.2; done; echo "record-samples: gave up waiting for: $*" >&2; exit 1; }
listening() { at "$1" ss -Hltun "sport = :$2" | grep -q .; }

# start_recording / stop_recording NAME: the mirror port of the switch, and spanning tree from the uplink port.
start_recording() {
  serve switch tcpdump -i br0 -s 0 -n --time-stamp-precision=nano -U -Z root -w "$lab/br0.pcap"
  recorders=($!)
  serve switch tcpdump -i uplink -s 0 -n --time-stamp-precision=nano -U -Z root -w "$lab/uplink.pcap" stp
  recorders+=($!)
  wait_for 10 test -s "$lab/br0.pcap" -a -s "$lab/uplink.pcap"
  began=${EPOCHREALTIME/./}
}
stop_recording() {
  sleep 1.5
  kill "${recorders[@]}" && wait "${recorders[@]}" || true
  [[ -z ${LAB_LOG:-} ]] || cp -r $lab/log "$folder/$1.log"
  python3 "$parts/pcapng.py" "$folder/$1.pcapng" "switch" "Office switch, mirror port and uplink" "$lab/br0.pcap" "$lab/uplink.pcap"
}
