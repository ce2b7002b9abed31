# The programs that the office and the world run. Sourced by record-samples.

add_people() {
  local u
  for u in ana ben cho; do
    useradd -m -s /bin/bash "$u"
    echo "$u:$u-likes-tea-4" | chpasswd
    chmod 755 "/home/$u"
  done
  mkdir -p -m 700 /home/ana/.ssh && ssh-keygen -q -t ed25519 -N '' -C ana@office.example -f /home/ana/.ssh/id_ed25519
  cp /home/ana/.ssh/id_ed25519.pub /home/ana/.ssh/authorized_keys && chown -R ana: /home/ana/.ssh
  printf 'StrictHostKeyChecking no\nUserKnownHostsFile /dev/null\nLogLevel ERROR\n' >/etc/ssh/ssh_config
}

# A root, an intermediate and leaves, as the world does it: RSA for the bank and the mail server, P-256 for the rest.
make_certificates() {
  local c=$lab/tls name key
  mkdir -p "$c" && cd "$c"
  openssl ecparam -name secp384r1 -genkey -noout -out root.key
  openssl req -x509 -new -key root.key -days 3650 -subj "/C=NZ/O=Kauri Trust/CN=Kauri Root CA" -out root.pem \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
  openssl ecparam -name prime256v1 -genkey -noout -out inter.key
  openssl req -new -key inter.key -subj "/C=NZ/O=Kauri Trust/CN=Kauri Server CA 3" -out inter.csr
  openssl x509 -req -in inter.csr -CA root.pem -CAkey root.key -CAcreateserial -days 1800 -out inter.pem \
    -extfile <(printf 'basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n')
  for name in www bank shop media mail time; do
    key=(genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256)
    [[ $name == bank || $name == mail ]] && key=(genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048)
    openssl "${key[@]}" -out "$name.key" 2>/dev/null
    openssl req -new -key "$name.key" -subj "/C=NZ/O=Alder Ltd/CN=$name.alder.example" -out "$name.csr"
    openssl x509 -req -in "$name.csr" -CA inter.pem -CAkey inter.key -CAcreateserial -days 180 -out "$name.leaf" -extfile <(
      printf 'subjectAltName=DNS:%s.alder.example,DNS:alder.example\nkeyUsage=critical,digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth\nauthorityInfoAccess=OCSP;URI:http://ocsp.kauri.example\n' "$name")
    cat "$name.leaf" inter.pem >"$name.pem"
  done
  chmod 755 . && chmod 644 ./*
  cd $lab
} 2>>$lab/log/openssl

make_pages() {
  mkdir -p /srv/www/img /srv/www/files /srv/ftp/pub /srv/tftp /srv/share /srv/camera
  python3 "$parts/pages.py" /srv
}

# --- beyond the slow line ------------------------------------------------------------------------------------------

world_dns() {
  local entry name last conf=$lab/world-dns.conf i
  {
    printf '%s\n' no-resolv no-hosts no-daemon user=root pid-file= listen-address=10.20.0.53,fd20:20::53 bind-interfaces
    printf '%s\n' local=/example/ local=/in-addr.arpa/ local=/ip6.arpa/ edns-packet-max=1232 local-ttl=300 log-queries
    for entry in "${cloud_names[@]}"; do
      name=${entry%:*} last=${entry#*:}
      echo "host-record=$name.alder.example,10.20.0.$last,fd20:20::$last"
    done
    echo host-record=alder.example,10.20.0.80,fd20:20::80
    echo host-record=films.alder.example,10.20.0.83
    echo cname=cdn.alder.example,media.alder.example
    echo cname=intranet.birch.example,cdn.alder.example
    echo mx-host=alder.example,mail.alder.example,10
    echo mx-host=alder.example,mail2.alder.example,20
    echo txt-record=alder.example,v=spf1 mx -all
    echo txt-record=_dmarc.alder.example,'v=DMARC1; p=reject; rua=mailto:post@alder.example'
    for i in 1 2 3 4 5 6 7 8; do echo "txt-record=keys.alder.example,k$i=$(head -c 140 /dev/urandom | base64 -w0)"; done
    echo srv-host=_sip._udp.alder.example,vpn.alder.example,5060,10
    echo srv-host=_imaps._tcp.alder.example,mail.alder.example,993,0,1
    echo caa-record=alder.example,0,issue,kauri.example
    echo naptr-record=alder.example,10,50,s,SIP+D2U,,_sip._udp.alder.example
    # HTTPS: priority 1, target ".", alpn h2 (RFC 9460 §9).
    echo dns-rr=shop.alder.example,65,00010000010003026832
  } >"$conf"
  serve cloud dnsmasq -C "$conf"
}

world_web() {
  mkdir -p $lab/nginx
  cat >$lab/nginx.conf <<NGINX
user root; worker_processes 1; pid $lab/nginx/pid; error_log $lab/log/nginx; daemon off;
events { worker_connections 256; }
http {
  include /etc/nginx/mime.types; default_type application/octet-stream; access_log $lab/log/access; sendfile off;
  gzip on; gzip_types text/css application/javascript application/json image/svg+xml; gzip_min_length 200;
  client_body_temp_path $lab/nginx/b; proxy_temp_path $lab/nginx/p; fastcgi_temp_path $lab/nginx/f;
  uwsgi_temp_path $lab/nginx/u; scgi_temp_path $lab/nginx/s;
  ssl_session_cache shared:s:1m; keepalive_timeout 15s; root /srv/www;
  server {
    listen 10.20.0.80:80; listen [fd20:20::80]:80; server_name www.alder.example alder.example;
    location = /old { return 301 /news.html; }
    location = /contact { add_header Set-Cookie "session=7c4e91; Path=/; HttpOnly"; return 303 /thanks.html; }
    location /private { auth_basic "Staff"; auth_basic_user_file $lab/htpasswd; }
    location = /api/orders { default_type application/json; if (\$request_method = POST) { return 201 '{"id":4127,"state":"accepted"}'; }
      return 200 '{"orders":[{"id":4125,"item":"oak table","pieces":1,"price":412.50},{"id":4126,"item":"birch stool","pieces":6,"price":228.00}],"next":null}'; }
    location = /api/slow { default_type application/json; return 503 '{"error":"try again"}'; }
  }
  server { listen 10.20.0.84:8081; listen [fd20:20::84]:8081; root /srv/www/files; }
  server { listen 10.20.0.84:80 http2; location / { root /srv/www; } }
  server {
    listen 10.20.0.81:443 ssl; listen [fd20:20::81]:443 ssl; server_name bank.alder.example; ssl_protocols TLSv1.2;
    ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:AES128-SHA; ssl_certificate $lab/tls/bank.pem; ssl_certificate_key $lab/tls/bank.key;
  }
  server {
    listen 10.20.0.82:443 ssl http2; listen [fd20:20::82]:443 ssl http2; server_name shop.alder.example; ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate $lab/tls/shop.pem; ssl_certificate_key $lab/tls/shop.key;
  }
  server {
    listen 10.20.0.80:443 ssl; listen [fd20:20::80]:443 ssl; server_name www.alder.example; ssl_protocols TLSv1.3;
    ssl_certificate $lab/tls/www.pem; ssl_certificate_key $lab/tls/www.key;
  }
}
NGINX
  echo "ana:$(openssl passwd -apr1 ana-likes-tea-4)" >$lab/htpasswd
  serve cloud nginx -c $lab/nginx.conf
  printf '{\n admin off\n auto_https off\n storage file_system %s/caddy\n}\nhttps://media.alder.example, https://films.alder.example {\n bind 10.20.0.83 fd20:20::83\n tls %s/tls/media.pem %s/tls/media.key\n root * /srv/www\n file_server\n}\n' $lab $lab $lab >$lab/Caddyfile
  serve cloud env HOME=$lab caddy run --adapter caddyfile --config $lab/Caddyfile
}

world_mail() {
  mkdir -p $lab/mail && chmod 711 $lab/mail
  echo mail.alder.example >/etc/mailname
  printf '%s\n' 'listen on 10.20.0.25 port 25 hostname mail.alder.example' 'action "inbox" mbox' 'match from any for any action "inbox"' >$lab/smtpd.conf
  mkdir -p -m 711 /var/spool/smtpd && serve cloud smtpd -d -f $lab/smtpd.conf
  cat >$lab/dovecot.conf <<DOVECOT
base_dir = /run/dovecot
protocols = imap pop3 submission
submission_relay_host = 10.20.0.25
hostname = mail.alder.example
listen = 10.20.0.25
log_path = $lab/log/dovecot
ssl = yes
ssl_cert = <$lab/tls/mail.pem
ssl_key = <$lab/tls/mail.key
disable_plaintext_auth = no
mail_location = mbox:~/mail:INBOX=/var/mail/%u
mail_privileged_group = mail
mail_access_groups = mail
first_valid_uid = 1000
login_greeting = Ready.
passdb {
  driver = pam
}
userdb {
  driver = passwd
}
DOVECOT
  serve cloud dovecot -F -c $lab/dovecot.conf
  local u
  for u in ana ben; do
    python3 "$parts/pages.py" --mail "$u" >"/var/mail/$u" && chown "$u:mail" "/var/mail/$u" && chmod 660 "/var/mail/$u"
  done
  chmod 1777 /var/mail
}

world_time() {
  printf '%s\n' 'local stratum 2' 'allow all' 'bindaddress 10.20.0.123' 'cmdport 0' "ntsservercert $lab/tls/time.pem" "ntsserverkey $lab/tls/time.key" \
    "ntsdumpdir $lab" "pidfile $lab/cloud/chrony.pid" 'bindcmdaddress /' >$lab/cloud/chrony.conf
  serve cloud chronyd -x -d -u root -f $lab/cloud/chrony.conf
}

world_vpn() {
  local h
  umask 077
  for h in cloud laptop-ben; do wg genkey | tee "$lab/$h/wg.key" | wg pubkey >"$lab/$h/wg.pub"; done
  umask 022
  on cloud wireguard-go wg0 && on laptop-ben wireguard-go wg0
  on cloud wg set wg0 listen-port 51820 private-key $lab/cloud/wg.key peer "$(<$lab/laptop-ben/wg.pub)" allowed-ips 10.99.0.2/32
  on laptop-ben wg set wg0 private-key $lab/laptop-ben/wg.key peer "$(<$lab/cloud/wg.pub)" allowed-ips 10.99.0.0/24 endpoint 10.20.0.51:51820
  on cloud ip addr add 10.99.0.1/24 dev wg0 && on cloud ip link set wg0 mtu 1300 up
  on laptop-ben ip addr add 10.99.0.2/24 dev wg0 && at laptop-ben ip link set wg0 mtu 1300
}

# --- in the office -------------------------------------------------------------------------------------------------

office_dns() {
  local conf=$lab/router/dnsmasq.conf
  {
    printf '%s\n' no-resolv no-hosts no-daemon user=root pid-file= interface=eth0 bind-dynamic listen-address=192.168.30.1 server=10.20.0.53
    printf '%s\n' domain=office.example local=/office.example/ expand-hosts dhcp-authoritative "dhcp-leasefile=$lab/router/leases"
    printf '%s\n' dhcp-range=192.168.10.100,192.168.10.199,2m dhcp-range=fd10:10::1000,fd10:10::1fff,slaac,64,5m enable-ra ra-param=eth0,mtu:1500,30,900
    printf '%s\n' dhcp-host=3c:a9:f4:18:2b:64,192.168.10.101 dhcp-host=f0:18:98:5d:c3:07,192.168.10.102 dhcp-host=00:15:65:a2:3d:90,192.168.10.103
    printf '%s\n' dhcp-option=option:ntp-server,192.168.10.1 dhcp-option=option6:dns-server,[fd10:10::1] 'dhcp-option=tag:!x,66,nas.office.example'
    printf '%s\n' host-record=router.office.example,router,192.168.10.1,fd10:10::1 host-record=nas.office.example,nas,192.168.10.10,fd10:10::10 \
      host-record=db.office.example,db,192.168.10.11,fd10:10::11 host-record=hub.office.example,hub,192.168.10.12,fd10:10::12 \
      host-record=printer.office.example,printer,192.168.10.20,fd10:10::20 srv-host=_ldap._tcp.office.example,nas.office.example,389
  } >"$conf"
  serve router dnsmasq -C "$conf"
}

office_time() {
  printf '%s\n' 'server 10.20.0.123 iburst minpoll 4' 'local stratum 10' 'allow 192.168.0.0/16' 'cmdport 0' 'bindcmdaddress /' "pidfile $lab/router/chrony.pid" >$lab/router/chrony.conf
  serve router chronyd -x -d -u root -f $lab/router/chrony.conf
}

office_upnp() {
  printf '%s\n' ext_ifname=wan listening_ip=eth0 port=5000 enable_upnp=yes enable_natpmp=yes secure_mode=yes system_uptime=yes notify_interval=900 \
    friendly_name="Office router" serial=20200117 model_number=2 uuid=7a1e3b52-77c4-4a0e-9a7b-5f2c10d3e981 "lease_file=$lab/router/upnp" \
    "allow 1024-65535 192.168.10.0/24 1024-65535" >$lab/router/miniupnpd.conf
  serve router miniupnpd -d -f $lab/router/miniupnpd.conf -P $lab/router/miniupnpd.pid
}

sshd_on() {
  mkdir -p "$lab/$1/ssh" && ssh-keygen -q -t ed25519 -N '' -C "$1" -f "$lab/$1/ssh/ed25519" && ssh-keygen -q -t ecdsa -N '' -C "$1" -f "$lab/$1/ssh/ecdsa"
  serve "$1" /usr/sbin/sshd -D -e -f /dev/null -h "$lab/$1/ssh/ed25519" -h "$lab/$1/ssh/ecdsa" -o UsePAM=yes -o PidFile=none \
    -o PrintMotd=no -o PrintLastLog=no -o 'Subsystem=sftp internal-sftp' -o MaxStartups=30 -o UseDNS=no
}

vsftpd_on() {
  printf '@include common-auth\n@include common-account\n@include common-session-noninteractive\n' >/etc/pam.d/office-ftp
  printf '%s\n' listen=YES listen_ipv6=NO anonymous_enable=YES local_enable=YES write_enable=YES hide_ids=YES seccomp_sandbox=NO anon_root=/srv/ftp \
    'ftpd_banner=Office NAS, be kind.' pasv_min_port=50000 pasv_max_port=50100 background=NO delay_failed_login=0 pam_service_name=office-ftp session_support=NO \
    secure_chroot_dir=/run/vsftpd/empty connect_from_port_20=YES >"$lab/$1/vsftpd.conf"
  serve "$1" vsftpd "$lab/$1/vsftpd.conf"
}

snmpd_on() {
  mkdir -p "$lab/$1/snmp"
  printf '%s\n' 'rocommunity public' "sysDescr $2" "sysName $1.office.example" 'sysLocation First floor' 'sysContact ana@office.example' sysServices\ 72 \
    'createUser ops SHA keep-the-bees AES keep-the-bees' 'rouser ops priv' agentaddress\ udp:161 >"$lab/$1/snmpd.conf"
  serve "$1" env SNMP_PERSISTENT_DIR="$lab/$1/snmp" snmpd -f -Lo -C -c "$lab/$1/snmpd.conf" -p "$lab/$1/snmpd.pid" -I -smux
}

samba_on() {
  local d=$lab/$1/samba
  mkdir -p "$d"
  printf '%s\n' '[global]' 'interfaces = eth0' 'bind interfaces only = yes' 'netbios name = NAS' 'workgroup = OFFICE' 'server string = Office NAS' 'server min protocol = SMB2_02' \
    'log file = '"$d"'/log' "private dir = $d" "state directory = $d" "cache directory = $d" "lock directory = $d" "pid directory = $d" "ncalrpc dir = $d/rpc" \
    'load printers = no' 'disable spoolss = yes' 'map to guest = Bad User' 'server multi channel support = no' '[share]' 'path = /srv/share' 'read only = no' 'guest ok = yes' >"$d/smb.conf"
  printf 'ana-likes-tea-4\nana-likes-tea-4\n' | at "$1" smbpasswd -c "$d/smb.conf" -s -a ana >/dev/null
  chmod 777 /srv/share
  serve "$1" smbd -F --no-process-group -s "$d/smb.conf"
  serve "$1" nmbd -F --no-process-group -s "$d/smb.conf"
}

ldap_on() {
  local d=$lab/$1/ldap
  mkdir -p "$d/db"
  printf '%s\n' 'include /etc/ldap/schema/core.schema' 'include /etc/ldap/schema/cosine.schema' 'include /etc/ldap/schema/inetorgperson.schema' \
    'modulepath /usr/lib/ldap' 'moduleload back_mdb' "pidfile $d/pid" 'database mdb' 'suffix "dc=office,dc=example"' 'rootdn "cn=admin,dc=office,dc=example"' \
    'rootpw keep-the-bees' "directory $d/db" 'maxsize 10485760' >"$d/slapd.conf"
  {
    printf 'dn: dc=office,dc=example\nobjectClass: dcObject\nobjectClass: organization\no: Office\ndc: office\n\n'
    printf 'dn: cn=%s,dc=office,dc=example\nobjectClass: inetOrgPerson\ncn: %s\nsn: %s\nmail: %s@alder.example\ntelephoneNumber: +64 4 555 01%s\n\n' \
      'Ana Silva' 'Ana Silva' Silva ana 01 'Ben Okafor' 'Ben Okafor' Okafor ben 02 'Cho Min' 'Cho Min' Min cho 03
  } | slapadd -f "$d/slapd.conf" 2>>$lab/log/ldap
  serve "$1" slapd -d 0 -f "$d/slapd.conf" -h ldap://192.168.10.10
}

mdns_on() {
  serve "$1" dbus-daemon --system --nofork --nopidfile
  wait_for 5 at "$1" test -S /run/dbus/system_bus_socket
  printf '%s\n' '[server]' "host-name=$1" allow-interfaces=eth0 use-ipv6=yes '[publish]' publish-hinfo=no publish-workstation=no '[rlimits]' >"$lab/$1/avahi.conf"
  serve "$1" avahi-daemon --no-drop-root --no-rlimits -f "$lab/$1/avahi.conf"
}

mqtt_on() {
  mkdir -p "$lab/$1/mqtt"
  printf '%s\n' 'per_listener_settings false' 'listener 1883' "password_file $lab/$1/mqtt/users" 'allow_anonymous false' 'user root' 'listener 9001' 'protocol websockets' >"$lab/$1/mqtt/conf"
  touch "$lab/$1/mqtt/users" && mosquitto_passwd -b "$lab/$1/mqtt/users" thermostat warm-and-dry && mosquitto_passwd -b "$lab/$1/mqtt/users" ana ana-likes-tea-4
  serve "$1" mosquitto -c "$lab/$1/mqtt/conf"
}

database_on() {
  local bin d=$lab/$1/pg
  bin=$(echo /usr/lib/postgresql/*/bin | awk '{ print $NF }')
  mkdir -p "$d" && chown postgres "$d"
  echo keep-the-bees >"$d.pw" && chmod 644 "$d.pw"
  at "$1" runuser -u postgres -- "$bin/initdb" -D "$d/data" -A scram-sha-256 --pwfile "$d.pw" -E UTF8 --no-sync >"$lab/log/initdb" 2>&1
  echo 'host all all 192.168.10.0/24 scram-sha-256' >>"$d/data/pg_hba.conf"
  serve "$1" runuser -u postgres -- "$bin/postgres" -D "$d/data" -c listen_addresses=192.168.10.11 -c fsync=off -c unix_socket_directories=/tmp
  serve "$1" redis-server --bind 0.0.0.0 --protected-mode no --save '' --dir /tmp
}

# Both clients leave a real lease in the router.
dhclient_on() { on "$1" dhclient -4 -1 -v -pf "$lab/$1/dh4.pid" -lf "$lab/$1/dh4.leases" eth0; }
udhcpc_on() { on "$1" udhcpc -i eth0 -n -q -t 6 -T 2 -x "hostname:$1" -s /etc/udhcpc/default.script; }
