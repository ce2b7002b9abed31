# The story of samples/office-hour.pcapng: people come in, work and leave. Sourced by record-samples.
# One function a person or thing; each waits for its moments, all run side by side for about four minutes.

ua='Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0'

prepare() {
  local where
  private_files
  add_people
  make_certificates
  make_pages
  make_office
  make_world
  address nas 10
  address db 11
  address hub 12
  address printer 20
  make_camera
  world_dns
  world_web
  world_mail
  world_time
  world_vpn
  office_dns
  office_time
  sshd_on nas
  vsftpd_on nas
  snmpd_on nas 'Office NAS, 4 bays'
  samba_on nas
  ldap_on nas
  mdns_on nas
  serve nas in.tftpd --foreground --listen --secure --address 192.168.10.10:69 /srv/tftp
  serve nas socat -u UDP4-RECV:514 OPEN:/dev/null
  serve nas socat -u UDP4-RECV:162 OPEN:/dev/null
  database_on db
  mqtt_on hub
  snmpd_on printer 'Laser printer, 28 pages a minute'
  mdns_on printer
  mdns_on laptop-ana
  mkdir -p $lab/printer/spool
  serve printer ippeveprinter -d $lab/printer/spool -f application/pdf,image/png,text/plain -k -l 'First floor' -M Office -m 'Laser 28' \
    -n printer.office.example -p 631 -s 28 'Office Laser'
  serve camera busybox httpd -f -p 80 -h /srv/camera
  serve cloud openssl s_server -dtls1_2 -accept 10.20.0.51:4433 -cert $lab/tls/www.pem -key $lab/tls/www.key -quiet
  serve cloud busybox httpd -f -p 10.99.0.1:80 -h /srv/www
  tunnels
  sip_phone
  for where in cloud:25 cloud:143 cloud:587 cloud:443 db:5432 db:6379 nas:445 nas:389 nas:21 nas:22 hub:1883 router:53 printer:631; do
    wait_for 20 listening "${where%:*}" "${where#*:}"
  done
  losses
  sleep 6 # spanning tree opens the ports, avahi says what it has to say
}

# Between NAS and the world a GRE tunnel, between NAS and db a VXLAN segment (RFC 7348).
tunnels() {
  serve nas python3 "$parts/wire.py" gre gre1 192.168.10.10 10.20.0.47
  serve cloud python3 "$parts/wire.py" gre gre1 10.20.0.47 192.168.10.10
  wait_for 5 at nas ip link show gre1 && wait_for 5 at cloud ip link show gre1
  on nas ip link set gre1 mtu 1300 up && on nas ip addr add 10.98.0.2/30 dev gre1
  on cloud ip link set gre1 mtu 1300 up && on cloud ip addr add 10.98.0.1/30 dev gre1
  on nas ip link add vx42 type vxlan id 42 dstport 4789 local 192.168.10.10 remote 192.168.10.11
  on db ip link add vx42 type vxlan id 42 dstport 4789 local 192.168.10.11 remote 192.168.10.10
  for h in nas db; do at $h sysctl -qw net.ipv6.conf.vx42.disable_ipv6=1; at $h ip link set vx42 mtu 1400 up; done
  on nas ip addr add 10.97.0.10/24 dev vx42 && on db ip addr add 10.97.0.11/24 dev vx42
}

# Some segments of the big download are lost before the recorder sees them, some after.
losses() {
  at isp nft 'add table ip loss; add chain ip loss f { type filter hook forward priority 0; }; add rule ip loss f tcp sport 8081 ip length > 500 numgen random mod 1000 < 18 drop'
  at laptop-ana nft 'add table ip loss; add chain ip loss i { type filter hook input priority 0; }; add rule ip loss i tcp sport 8081 ip length > 500 numgen random mod 1000 < 18 drop'
  # Ben's laptop reads slowly and has little room: zero windows.
  at laptop-ben sysctl -qw net.ipv4.tcp_rmem='4096 8192 16384'
}

router_day() {
  until_s 13; office_upnp
  until_s 30; on router curl -sS -o /dev/null http://192.168.30.40/snapshot.png
  until_s 90; on router curl -sS -o /dev/null http://192.168.30.40/snapshot.png
  until_s 150; on router curl -sS -o /dev/null http://192.168.30.40/snapshot.png
}

camera_day() {
  until_s 4; on camera ping -q -c 2 192.168.30.1
  until_s 29; on camera dig +short time.alder.example
  until_s 33; on camera busybox nslookup cdn.alder.example
  until_s 120; on camera ping -q -c 3 192.168.30.1
  on camera dig +short hub.office.example AAAA
}

thermostat_day() {
  until_s 2; udhcpc_on thermostat; ipv6_on thermostat eth0
  on thermostat ping -q -c 1 192.168.10.1
  local i
  { for i in $(seq 0 20); do printf '{"room":"first floor","celsius":%d.%d,"humidity":%d}\n' $((20 + i / 9)) $((i * 7 % 10)) $((41 + i % 5)); sleep 10; done; } |
    timeout 215 nsenter -t "${pid_of[thermostat]}" -m -u -n -- mosquitto_pub -h 192.168.10.12 -u thermostat -P warm-and-dry -V mqttv311 -i thermostat \
      -t office/first-floor/climate -q 1 -k 20 -l --will-topic office/first-floor/state --will-payload gone --will-retain >>$lab/log/thermostat 2>&1 || true
}

printer_day() {
  until_s 10; on printer logger -n 192.168.10.10 -P 514 -d --rfc3164 -t lpd -p lpr.notice 'toner low: black 11 percent'
  until_s 100; on printer logger -n 192.168.10.10 -P 514 -d --rfc5424 -t lpd -p lpr.info 'job 28 done, 1 page'
  on printer snmptrap -v 2c -c public 192.168.10.10 '' 1.3.6.1.6.3.1.1.5.1 1.3.6.1.2.1.1.5.0 s printer.office.example
}

nas_day() {
  until_s 8; on nas ping -q -c 3 -i 0.5 10.98.0.1
  until_s 18; on nas snmpget -v 2c -c public -Oq printer 1.3.6.1.2.1.1.1.0 1.3.6.1.2.1.1.5.0
  until_s 40; on nas redis-cli -h db SET jobs:backup running EX 600
  on nas redis-cli -h db INCR jobs:count
  on nas ping -q -c 3 -i 0.4 10.97.0.11
  until_s 44; on nas curl -sS -A backup/2.1 --interface gre1 -H 'Host: www.alder.example' http://10.20.0.80/news.html -o /dev/null --max-time 3
  until_s 66; on nas snmpbulkwalk -v 2c -c public -Cr8 printer 1.3.6.1.2.1.2.2.1.2
  on nas snmpget -v 3 -l authPriv -u ops -a SHA -A keep-the-bees -x AES -X keep-the-bees printer 1.3.6.1.2.1.1.3.0
  on nas snmpget -v 1 -c public printer 1.3.6.1.2.1.99.0
  until_s 112; on nas redis-cli -h 10.97.0.11 PING
  until_s 118; on nas redis-cli -h db DEL jobs:backup
  on nas snmpget -v 2c -c secret -t 1 -r 1 printer 1.3.6.1.2.1.1.1.0
  on nas logger -n printer -P 514 -d -t cron 'backup done in 78 s'
  until_s 170; on nas ping -q -c 2 10.98.0.1
  on nas snmpget -v 2c -c public -Oq printer 1.3.6.1.2.1.1.3.0
}

# Ana: mail, shop, files, printing, a lossy download.
ana_day() {
  local n=laptop-ana a
  a=$(as ana)
  until_s 3; ipv6_on $n eth0; dhclient_on $n
  at $n ip route replace 224.0.0.0/4 dev eth0
  on $n dhclient -6 -1 -v -pf $lab/$n/dh6.pid -lf $lab/$n/dh6.leases eth0
  until_s 9; serve $n chronyd -x -d -u root -f $lab/$n/chrony.conf
  until_s 11; on $n avahi-browse -atrp
  until_s 12
  on $n curl -sS -A "$ua" --compressed -o /dev/null http://www.alder.example/ -o /dev/null http://www.alder.example/style.css -o /dev/null http://www.alder.example/app.js \
    -o /dev/null http://www.alder.example/img/table.png -o /dev/null http://www.alder.example/img/stool.png -o /dev/null http://www.alder.example/img/lamp.png -o /dev/null http://www.alder.example/favicon.ico
  until_s 17; on $n curl -sS -A "$ua" -L -o /dev/null http://www.alder.example/old
  on $n curl -sS -A "$ua" -o /dev/null http://www.alder.example/missing.html
  on $n curl -sS -A "$ua" -o /dev/null --data-urlencode 'name=Ana Silva' --data-urlencode 'message=Do you have the oak table in white?' http://www.alder.example/contact
  until_s 22; on $n curl -sS -Z -A "$ua" --cacert $lab/tls/root.pem https://shop.alder.example/index.html -o /dev/null https://shop.alder.example/style.css -o /dev/null https://shop.alder.example/img/table.png -o /dev/null https://shop.alder.example/img/lamp.png -o /dev/null
  until_s 26; on $n curl -sS -6 -A "$ua" --cacert $lab/tls/root.pem https://www.alder.example/news.html -o /dev/null
  until_s 30; on $n dig alder.example MX
  on $n dig alder.example TXT
  on $n dig keys.alder.example TXT
  on $n dig _imaps._tcp.alder.example SRV
  on $n dig shop.alder.example TYPE65
  until_s 34; on $n curl -sS -u ana:ana-likes-tea-4 --cacert $lab/tls/root.pem imaps://mail.alder.example/INBOX -X 'FETCH 1:* (FLAGS BODY[HEADER.FIELDS (FROM SUBJECT)])'
  on $n curl -sS -u ana:ana-likes-tea-4 'imap://mail.alder.example/INBOX;MAILINDEX=1'
  until_s 40; on $n curl -sS --ssl-reqd --cacert $lab/tls/root.pem -u ana:ana-likes-tea-4 --mail-from ana@alder.example --mail-rcpt ben@alder.example -T $lab/letter smtp://mail.alder.example:587
  until_s 43; on $n curl -sS --mail-from ana@office.example --mail-rcpt ben@alder.example -T $lab/letter smtp://mail.alder.example
  until_s 46; at $n timeout 120 mosquitto_sub -h hub -V 5 -i laptop-ana -u ana -P ana-likes-tea-4 -t 'office/#' -q 1 -D connect session-expiry-interval 60 >>$lab/log/$n 2>&1 &
  until_s 50; at $n $a ssh -i /home/ana/.ssh/id_ed25519 ana@nas 'ls -l /srv/share; sleep 2; wc /srv/share/budget.csv; sleep 3; echo done' >>$lab/log/$n 2>&1 || true
  until_s 60; on $n ping -q -c 4 -i 0.7 www.alder.example
  on $n ping -q -6 -c 3 -i 0.5 www.alder.example
  on $n ping -q -c 2 -i 0.5 -s 3000 nas
  until_s 66; on $n curl -sS -4 -A "$ua" -o /dev/null http://files.alder.example:8081/plans.zip
  until_s 84; on $n smbclient //nas/share -m SMB3_11 -U ana%ana-likes-tea-4 -c 'ls; get budget.csv /tmp/budget.csv; put /etc/services letter.txt; del letter.txt'
  until_s 92; on $n $a ipptool -tv ipp://printer.office.example:631/ipp/print get-printer-attributes.test
  on $n $a ipptool -tv -f /srv/share/scan.png -d filetype=image/png ipp://printer.office.example:631/ipp/print print-job.test
  until_s 104; on $n ping -q -4 -c 3 -i 0.5 -W 1 -M do -s 1440 www.alder.example
  on $n ping -q -6 -c 2 -i 0.5 -W 1 -M do -s 1440 www.alder.example
  on $n ping -q -c 2 -i 0.5 -W 1 10.77.0.1
  until_s 112; on $n mosquitto_pub -h hub -V 5 -u ana -P ana-likes-tea-4 -t office/first-floor/wish -m '{"celsius":21.5}' -q 2 -D publish user-property room first-floor -D publish content-type application/json
  until_s 116; on $n sipp -sf $lab/call.xml -s cho -i 192.168.10.101 -p 5060 -mi 192.168.10.101 -mp 16384 -m 1 -timeout 25s -nostdin 192.168.10.103:5060
  until_s 136; on $n curl -sS -A "$ua" -r 1000-3999 -o /dev/null http://files.alder.example:8081/update.bin
  on $n curl -sS -A "$ua" -I http://www.alder.example/news.html
  on $n curl -sS -A "$ua" -o /dev/null -u ana:wrong http://www.alder.example/private
  until_s 142; on $n curl -sS -A "$ua" -o /dev/null https://shop.alder.example/ --max-time 4
  until_s 146; at $n sh -c 'echo "hello over datagrams" | timeout 4 openssl s_client -dtls1_2 -connect 10.20.0.51:4433 -servername vpn.alder.example' >>$lab/log/$n 2>&1 || true
  until_s 154; on $n curl -sS -Z -A "$ua" --cacert $lab/tls/root.pem https://shop.alder.example/index.html -o /dev/null https://shop.alder.example/img/stool.png -o /dev/null
  until_s 160; at $n $a sftp -q -i /home/ana/.ssh/id_ed25519 -b - ana@nas <<<$'cd /srv/share\nget scan.png /tmp/scan.png\nls -l' >>$lab/log/$n 2>&1 || true
  until_s 172; on $n llmnr-query -c 1 laptop-ben
  until_s 176; on $n curl -sS -4 -A "$ua" --cacert $lab/tls/root.pem https://www.alder.example/index.html -o /dev/null https://www.alder.example/img/lamp.png -o /dev/null
  until_s 187; on $n curl -sS -u ana:ana-likes-tea-4 --cacert $lab/tls/root.pem imaps://mail.alder.example/INBOX -X 'SEARCH UNSEEN'
  until_s 198; on $n curl -sS -A "$ua" --compressed -o /dev/null http://www.alder.example/news.html
  on $n ping -q -c 3 -i 0.8 nas
  until_s 210; on $n dhclient -6 -r -pf $lab/$n/dh6.pid -lf $lab/$n/dh6.leases eth0
  on $n dhclient -4 -r -pf $lab/$n/dh4.pid -lf $lab/$n/dh4.leases eth0
}

# Ben: the API, the bank, the database, the VPN, a film that he watches too slowly.
ben_day() {
  local n=laptop-ben
  until_s 14; ipv6_on $n eth0; udhcpc_on $n
  at $n ip route replace 224.0.0.0/4 dev eth0
  serve $n llmnrd -i eth0 -H laptop-ben
  until_s 19; on $n upnpc -s
  until_s 24; on $n curl -sS -A orders/1.4 -H 'Accept: application/json' http://www.alder.example/api/orders
  on $n curl -sS -A orders/1.4 -H 'Content-Type: application/json' -d '{"item":"oak table","pieces":2}' http://www.alder.example/api/orders
  on $n curl -sS -A orders/1.4 http://www.alder.example/api/slow
  until_s 28; on $n curl -sS -A "$ua" --cacert $lab/tls/root.pem -o /dev/null https://bank.alder.example/index.html -o /dev/null https://bank.alder.example/img/lamp.png
  until_s 31; on $n curl -sS -A "$ua" --cacert $lab/tls/root.pem --http1.1 -o /dev/null https://bank.alder.example/news.html --ciphers AES128-SHA --tls-max 1.2
  until_s 36; PGPASSWORD=keep-the-bees on $n psql -X -h db -U postgres -c 'create table orders (id int primary key, item text, pieces int)' -c "insert into orders values (1, 'oak table', 2), (2, 'birch stool', 6)" -c 'select item, pieces from orders order by id' -c 'select no_such_column from orders'
  until_s 47; on $n curl -sS -u ben:ben-likes-tea-4 pop3://mail.alder.example/1
  on $n curl -sS --ssl-reqd --cacert $lab/tls/root.pem -u ben:ben-likes-tea-4 pop3://mail.alder.example/2
  on $n curl -sS -u ben:ben-likes-tea-4 pop3://mail.alder.example/
  until_s 54; on $n nghttp -n -a http://files.alder.example/index.html
  until_s 58; on $n gtlsclient -q --no-quic-dump --no-http-dump --exit-on-all-streams-close --timeout=5s media.alder.example 443 https://media.alder.example/img/table.png https://media.alder.example/news.html
  until_s 63; on $n gtlsclient -q --no-quic-dump --no-http-dump --exit-on-all-streams-close --timeout=5s films.alder.example 443 https://films.alder.example/style.css
  until_s 74; on $n curl -sS -4 -A player/3.0 --limit-rate 24k --max-time 9 -o /dev/null http://files.alder.example:8081/film.bin
  until_s 88; on $n curl -sS -l ftp://nas/pub/
  on $n curl -sS ftp://nas/pub/readme.txt -o /dev/null
  on $n curl -sS -u ben:ben-likes-tea-4 -T /srv/share/budget.csv ftp://nas/budget.csv
  until_s 93; at $n ftp -n -A nas <<<$'user ben ben-likes-tea-4\nbinary\npwd\nget budget.csv /tmp/b\nget missing /tmp/c\nquit' >>$lab/log/$n 2>&1 || true
  until_s 98; on $n ip link set wg0 up
  on $n ping -q -c 3 -i 0.6 10.99.0.1
  on $n curl -sS -o /dev/null http://10.99.0.1/index.html
  until_s 108; on $n dig -x 10.20.0.25
  on $n dig www.missing.example
  on $n dig +tcp alder.example CAA
  on $n dig +nsid +dnssec intranet.birch.example AAAA
  on $n dig @10.20.0.53 alder.example NAPTR
  on $n host _dmarc.alder.example
  until_s 114; on $n nmblookup -s /dev/null NAS
  on $n smbclient -s /dev/null -N -L //nas -m SMB2_10
  until_s 124; on $n curl -sS --http1.1 -A orders/1.4 -H 'Expect: 100-continue' -F 'file=@/srv/share/scan.png;type=image/png' -F 'note=first draft' http://www.alder.example/contact -o /dev/null
  until_s 130; on $n ldapsearch -x -H ldap://nas -b dc=office,dc=example '(sn=Min)' mail telephoneNumber
  on $n ldapsearch -x -H ldap://nas -D cn=admin,dc=office,dc=example -w wrong -b dc=office,dc=example
  until_s 140; on $n redis-cli -h db LPUSH queue:orders 4127 4128 4129
  on $n redis-cli -h db LRANGE queue:orders 0 -1
  on $n redis-cli -h db GET
  until_s 147; on $n curl -sS --max-time 3 http://db:8080/
  on $n dig @192.168.10.11 +tries=1 +time=2 nas
  until_s 156; PGPASSWORD=wrong on $n psql -X -h db -U postgres -c 'select 1'
  until_s 166; on $n curl -sS -A "$ua" --cacert $lab/tls/root.pem -o /dev/null https://bank.alder.example/index.html
  until_s 178; on $n sshpass -p ben-likes-tea-4 ssh ben@nas uptime
  until_s 186; on $n curl -sS -A orders/1.4 http://www.alder.example/api/orders
  until_s 194; on $n curl -sS -4 -A "$ua" --cacert $lab/tls/root.pem -o /dev/null https://shop.alder.example/img/lamp.png
  on $n ping -q -c 2 -i 0.7 10.99.0.1
  until_s 203; PGPASSWORD=keep-the-bees on $n psql -X -h db -U postgres -c "update orders set pieces = 3 where id = 1" -c 'table orders'
  until_s 206; on $n ip link set wg0 down
}

# Cho: a desk telephone that fetches its settings, and a person who wonders why the line is slow.
cho_day() {
  local n=desk-cho
  until_s 20; ipv6_on $n eth0; udhcpc_on $n
  at $n ip route replace 224.0.0.0/4 dev eth0
  until_s 25; at $n sh -c 'cd /tmp && tftp -4 -m binary nas -c get phone.cfg && tftp -4 -m octet nas -c get logo.bin' >>$lab/log/$n 2>&1 </dev/null || true
  until_s 27; on $n dig _sip._udp.alder.example SRV
  on $n chronyd -x -Q -u root -f /dev/null 'server 192.168.10.1 iburst' 'cmdport 0' 'bindcmdaddress /' "pidfile $lab/$n/chrony.pid"
  until_s 38; on $n traceroute -n -q 1 -m 5 www.alder.example
  on $n traceroute -6 -n -q 1 -m 5 www.alder.example
  until_s 56; on $n traceroute -T -p 443 -n -q 1 -m 5 bank.alder.example
  until_s 71; on $n curl -sS -A "$ua" --compressed -o /dev/null http://www.alder.example/index.html
  until_s 110; serve $n timeout 40 sipp -sn uas -i 192.168.10.103 -p 5060 -rtp_echo -mi 192.168.10.103 -mp 17000 -nostdin -m 1
  until_s 144; on $n curl -sS -6 -A "$ua" --cacert $lab/tls/root.pem -o /dev/null https://shop.alder.example/news.html
  until_s 150; on $n ping -q -c 2 192.168.10.77
  until_s 182; on $n ping -q -6 -c 2 fd10:10::20
  on $n dig -6 @fd10:10::1 nas.office.example AAAA
  until_s 192; on $n curl -sS -o /dev/null -A "$ua" http://192.168.10.1:5000/rootDesc.xml
  until_s 201; on $n curl -sS -A "$ua" --compressed -o /dev/null http://www.alder.example/ -o /dev/null http://www.alder.example/img/stool.png
  until_s 208; on $n dig intranet.birch.example
}

# A call with a few seconds of sound, G.711 A-law (RFC 3551 §4.5.14).
sip_phone() {
  python3 - >$lab/tone.wav <<'PY'
import math, struct, sys
def alaw(x):
    s, x = (0x80, x) if x >= 0 else (0, -x - 1)
    e = max(0, x.bit_length() - 8)
    return ((s | e << 4 | (x >> (e + 3 if e else 4)) & 15) ^ 0x55) & 255
data = bytes(alaw(int(6000 * math.sin(2 * math.pi * (440 if i // 4000 % 2 else 480) * i / 8000))) for i in range(8000 * 4))
sys.stdout.buffer.write(b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 6, 1, 8000, 8000, 1, 8) + b"data" + struct.pack("<I", len(data)) + data)
PY
  cat >$lab/call.xml <<XML
<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="call">
<send retrans="500"><![CDATA[

INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: "Ana" <sip:ana@[local_ip]:[local_port]>;tag=[call_number]
To: "Cho" <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: sip:ana@[local_ip]:[local_port]
Max-Forwards: 70
Subject: Lunch
Content-Type: application/sdp
Content-Length: [len]

v=0
o=ana 53655765 2353687637 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [rtpstream_audio_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000

]]></send>
<recv response="100" optional="true"></recv>
<recv response="180" optional="true"></recv>
<recv response="200" rtd="true"></recv>
<send><![CDATA[

ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: "Ana" <sip:ana@[local_ip]:[local_port]>;tag=[call_number]
To: "Cho" <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Contact: sip:ana@[local_ip]:[local_port]
Max-Forwards: 70
Content-Length: 0

]]></send>
<nop><action><exec rtp_stream="$lab/tone.wav,1,8,PCMA/8000"/></action></nop>
<pause milliseconds="4500"/>
<send retrans="500"><![CDATA[

BYE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: "Ana" <sip:ana@[local_ip]:[local_port]>;tag=[call_number]
To: "Cho" <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 2 BYE
Contact: sip:ana@[local_ip]:[local_port]
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200"></recv>
</scenario>
XML
}

record() {
  prepare
  printf 'server time.alder.example iburst nts minpoll 4 maxpoll 4\nntstrustedcerts %s\ncmdport 0\nbindcmdaddress /\npidfile %s\n' $lab/tls/root.pem $lab/laptop-ana/chrony.pid >$lab/laptop-ana/chrony.conf
  printf 'From: Ana Silva <ana@alder.example>\r\nTo: Ben Okafor <ben@alder.example>\r\nSubject: Oak table\r\nDate: Mon, 4 Mar 2024 09:41:00 +0000\r\nMessage-ID: <4127@alder.example>\r\n\r\nDear Ben,\r\n\r\nthe oak table is ordered.\r\n\r\nAna\r\n' >$lab/letter
  start_recording
  # LLDP and CDP begin with the recording: they speak only every half minute.
  serve nas lldpd -d -i -k -I eth0 -C eth0 -S 'Office NAS, 4 bays' -P Linux -u /run/lldpd/s
  serve printer lldpd -d -i -k -cc -I eth0 -C eth0 -S 'Laser printer' -P Linux -u /run/lldpd/s
  local actors=() part
  for part in router_day camera_day thermostat_day printer_day nas_day ana_day ben_day cho_day; do
    $part &
    actors+=($!)
  done
  wait "${actors[@]}" || true
  until_s 220
  stop_recording office-hour
}
