// Signatures of well-known attacks on web servers, matched on decoded, lower-case text. Each must be specific enough
// not to occur in ordinary forms, searches or links: a single SQL keyword is not.

export type WebAttack =
  | 'SQL injection'
  | 'cross-site scripting (XSS)'
  | 'path traversal'
  | 'command injection (RCE)'
  | 'Shellshock'
  | 'Log4Shell'
  | 'code injection (RCE)'
  | 'NoSQL injection'
  | 'server-side request forgery (SSRF)';

export interface Signature {
  readonly attack: WebAttack;
  readonly pattern: RegExp;
  /** Where to match: parameter values, header lines, or both. Request bodies count as values, except for markup. */
  readonly in: 'values' | 'headers' | 'both' | 'query';
}

const value = (attack: WebAttack, pattern: RegExp): Signature => ({ attack, pattern, in: 'values' });
const query = (attack: WebAttack, pattern: RegExp): Signature => ({ attack, pattern, in: 'query' });
const header = (attack: WebAttack, pattern: RegExp): Signature => ({ attack, pattern, in: 'headers' });
const both = (attack: WebAttack, pattern: RegExp): Signature => ({ attack, pattern, in: 'both' });

const COMMANDS =
  'cat|ls|id|uname|wget|curl|tftp|ncat|nc|bash|sh|ash|busybox|python3?|perl|php|powershell|cmd(?:\\.exe)?|ping|nslookup|chmod|rm|cd|echo|sleep|dir|type|ps';
/** Arguments of a command that do not occur in prose: an option, a path, an address, a number, a quote. */
const ARGUMENT = ' (?:[-/.\\d"\'$%*]|[a-z]+://)';

export const SIGNATURES: readonly Signature[] = [
  value('SQL injection', /\bunion\b(?: all| distinct)?[ (]+select\b/),
  value(
    'SQL injection',
    /['"`)] ?(?:or|and|\|\||&&) ?\(?(?:\d+ ?(?:=|<|>|like|between)|['"`][\w ]*['"`]? ?(?:=|<|>|like))/,
  ),
  value('SQL injection', /\b(?:or|and) (\d+) ?= ?\1\b/),
  value(
    'SQL injection',
    /\bselect\b.{1,100}\bfrom\b.{0,40}\b(?:information_schema|mysql\.user|pg_catalog|pg_shadow|sysobjects|sqlite_master|all_tables|dual)\b/,
  ),
  value('SQL injection', /\b(?:pg_)?sleep ?\( ?\d|\bbenchmark ?\( ?\d+|\bwaitfor delay ['"]/),
  value(
    'SQL injection',
    /; ?(?:drop|truncate|alter) (?:table|database)\b|; ?(?:insert into|delete from|shutdown\b|exec(?:ute)? )/,
  ),
  value(
    'SQL injection',
    /\b(?:extractvalue|updatexml|load_file|xp_cmdshell|utl_inaddr\.get_host_address) ?\(|\binto (?:out|dump)file\b/,
  ),
  value('SQL injection', /['"`)] ?(?:order|group) by \d+|['"`] ?(?:--|#)(?: |$)/),
  value('SQL injection', /=-?\d+'$/),
  query(
    'cross-site scripting (XSS)',
    /<\s*script\b|<\s*(?:img|svg|iframe|body|input|video|object|embed|details|a)\b[^>]{0,200}\bon\w+ ?=/,
  ),
  query(
    'cross-site scripting (XSS)',
    /\bjavascript: ?\w+[.(]|\bdocument\.cookie\b|["'> ]on(?:error|load|mouseover|focus) ?= ?["']?\w+\(/,
  ),
  value('path traversal', /(?:\.\.[/\\]){3,}|(?:\.\.;\/)|\/\.\.%2f/),
  value(
    'path traversal',
    /\/etc\/(?:passwd|shadow|hosts)\b|\bboot\.ini\b|\/proc\/self\/(?:environ|cmdline)|\bwin(?:dows)?[/\\](?:win|system)\.ini|\.\.[/\\]win(?:dows|nt)[/\\]|\/wp-config\.php\b.{0,3}$|\.\.(?:%c0%af|%c1%9c|\xc0\xaf|\xc1\x9c)/,
  ),
  value(
    'command injection (RCE)',
    new RegExp(`(?:[;|\`\\n]|&&|\\$\\() ?(?:/?(?:usr/)?bin/)?(?:${COMMANDS})(?:${ARGUMENT}|$\\{?ifs)`),
  ),
  value(
    'command injection (RCE)',
    /(?:[;`\n]|&&|\$\() ?(?:\/?(?:usr\/)?bin\/)?(?:ls|id|uname|dir|ps)(?:[;|)`<>]|$)|[;|`\n(&] ?(?:whoami|ifconfig|ipconfig|netstat|net user)\b/,
  ),
  value(
    'command injection (RCE)',
    /\b(?:wget|curl|tftp) .{0,40}(?:https?:\/\/|\d{1,3}(?:\.\d{1,3}){3})|\bchmod (?:\+x|777)\b|\/bin\/(?:ba|z)?sh\b|\b(?:cmd|root)\.exe\?|\bpowershell(?:\.exe)? -/,
  ),
  // A command in a parameter that expects an address; or a parameter name typical of web shells.
  value(
    'command injection (RCE)',
    new RegExp(`\\d{1,3}(?:\\.\\d{1,3}){3} ?[;|&\\n]{1,2} ?(?:/?(?:usr/)?bin/)?(?:${COMMANDS})(?: |$)`),
  ),
  query(
    'command injection (RCE)',
    /^(?:cmd|command|exec|execute|shell|c)=(?:whoami|id|uname|pwd|ifconfig|ipconfig|net user|cat )(?:[ ;|]|\/|$)/,
  ),
  // Remote file inclusion: the trailing question mark cuts off what the server appends (CRS 931120).
  query('code injection (RCE)', /=(?:https?|ftp):\/\/.{1,200}\.(?:txt|php|inc|gif|jpg)\?+$/),
  value('NoSQL injection', /^(?:user\w*|login|e?mail|pass\w*|pwd)\[\$(?:ne|gt|regex|exists|nin)\]=/),
  // Cloud instance metadata addresses, which serve credentials and no public pages.
  query(
    'server-side request forgery (SSRF)',
    /=(?:https?:)?\/\/(?:169\.254\.169\.254|metadata\.google\.internal)\b/,
  ),
  value(
    'code injection (RCE)',
    /php:\/\/(?:input|filter)|\ballow_url_include\b|\bauto_prepend_file\b|<\?php|\beval ?\( ?(?:base64_decode|\$_)|\bthink\\?app\/invokefunction|=call_user_func(?:_array)?$|eval-stdin\.php|\[#(?:post_render|pre_render|markup|lazy_builder)\]/,
  ),
  both(
    'code injection (RCE)',
    /%\{.{0,200}(?:#_memberaccess|#context|ognlcontext|java\.lang\.)|\$\{.{0,200}@java\.lang\.|\bclass\.module\.classloader\b|t\(java\.lang\.runtime\)/,
  ),
  value(
    'code injection (RCE)',
    /\b(?:setup\.cgi\?.*todo=syscmd|gponform\/diag_form|tmunblock\.cgi|boaform\/admin\/formping|ctrlt\/deviceupgrade_1|goform\/(?:set_limitclient_cfg|formsysCmd))/,
  ),
  value(
    'code injection (RCE)',
    /\{\{ ?\d+ ?\* ?\d+ ?\}\}|\/default\.ida\?[nx]{20}|<!entity [^>]{1,200}\bsystem ['"]/,
  ),
  both(
    'Log4Shell',
    /\$\{ ?(?:jndi|[^}$]{0,40}\$\{[^}$]{0,40}|(?:lower|upper|env|sys|::-)[^}]{0,20}\}?[^}]{0,20}jndi) ?[:}]/,
  ),
  header('Shellshock', /\( ?\) ?\{ ?[^}]{0,40};? ?\} ?;/),
];

/** Vulnerability scanners that identify themselves. */
export const SCANNERS =
  /\b(?:sqlmap|nikto|nmap scripting engine|masscan|zgrab|nuclei|gobuster|dirbuster|dirb|wpscan|acunetix|nessus|openvas|w3af|havij|wfuzz|ffuf|feroxbuster|arachni|whatweb|commix|xsser|paros|skipfish|zmeu|morfeus)\b/i;
