/* What uname(2) answers in the lab, whatever kernel it runs on: `struct utsname` is five or more fields of 65 bytes. */
int gethostname(char *name, unsigned long size);

static void put(char *to, const char *from) {
  while ((*to++ = *from++))
    ;
}

int uname(char *fields) {
  put(fields, "Linux");
  gethostname(fields + 65, 65);
  put(fields + 130, "6.1.0-28-amd64");
  put(fields + 195, "#1 SMP PREEMPT_DYNAMIC Debian 6.1.119-1 (2024-11-22)");
  put(fields + 260, "x86_64");
  return 0;
}
