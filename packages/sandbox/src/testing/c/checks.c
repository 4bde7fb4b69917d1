/* What a C program sees of its files, one line a check. Built for this machine and for WASI, it must say the same.
   Run in a folder with in/a ("content of a"), an empty out and an empty tmp; arguments: one, zwei é. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int number;

static void say(const char *what, long value) { printf("%02d %s: %ld\n", ++number, what, value); }
static void text(const char *what, const char *value) { printf("%02d %s: %s\n", ++number, what, value); }

/* Numbers of errors differ from system to system, their names do not. */
static const char *name(int code) {
  switch (code) {
    case 0: return "ok";
    case ENOENT: return "ENOENT";
    case EEXIST: return "EEXIST";
    case ENOTEMPTY: return "ENOTEMPTY";
    case EISDIR: return "EISDIR";
    case ENOTDIR: return "ENOTDIR";
    case EBADF: return "EBADF";
    case EINVAL: return "EINVAL";
    case ENAMETOOLONG: return "ENAMETOOLONG";
    case ESPIPE: return "ESPIPE";
    default: return strerror(code);
  }
}

static void result(const char *what, int failed) { text(what, failed ? name(errno) : "ok"); }

static int byName(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void list(const char *what, const char *folder) {
  char *names[64], all[1024] = "";
  int count = 0;
  DIR *dir = opendir(folder);
  struct dirent *entry;
  while (dir && (entry = readdir(dir))) if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")) names[count++] = strdup(entry->d_name);
  if (dir) closedir(dir);
  qsort(names, count, sizeof *names, byName);
  for (int i = 0; i < count; i++) strcat(strcat(all, " "), names[i]);
  text(what, all);
}

int main(int argc, char **argv) {
  char buffer[4096];
  struct stat info;
  int fd;
  say("arguments", argc);
  text("first argument", argv[1]);
  text("UTF-8 argument", argv[2]);
  say("its bytes", strlen(argv[2]));
  text("variable", getenv("NAME"));
  say("absent variable", getenv("ABSENT") == NULL);
  say("standard input is at its end", getchar() == EOF);

  FILE *in = fopen("in/a", "r");
  say("input opens", in != NULL);
  say("input is read", fread(buffer, 1, sizeof buffer, in));
  say("end of file", feof(in) != 0);
  say("seek to its end", fseek(in, 0, SEEK_END) || ftell(in) != 12);
  fseek(in, -1, SEEK_END);
  say("last byte", fgetc(in));
  fclose(in);
  result("absent file", fopen("in/b", "r") == NULL);
  result("folder that is a file", open("in/a/b", O_RDONLY) < 0);
  result("slash behind a file", open("in/a/", O_RDONLY) < 0);
  result("folder to write to", open("out", O_WRONLY) < 0);

  result("mkdir", mkdir("out/d", 0777));
  result("mkdir again", mkdir("out/d", 0777));
  result("mkdir below nothing", mkdir("out/x/y", 0777));
  FILE *out = fopen("out/d/f", "w");
  fprintf(out, "hello %d %s %.3f\n", 42, "world", 3.14159);
  say("position", ftell(out));
  fclose(out);
  out = fopen("out/d/f", "a");
  fputs("more\n", out);
  fclose(out);
  stat("out/d/f", &info);
  say("size after appending", info.st_size);
  say("is a regular file", S_ISREG(info.st_mode) != 0);
  stat("out/d", &info);
  say("is a folder", S_ISDIR(info.st_mode) != 0);
  result("rmdir of a full folder", rmdir("out/d"));
  result("unlink of a folder", unlink("out/d") == 0 ? 0 : (errno = errno == EPERM ? EISDIR : errno, -1));
  result("exclusive creation", open("out/d/f", O_CREAT | O_EXCL | O_WRONLY, 0666) < 0);

  fd = open("out/g", O_CREAT | O_RDWR | O_TRUNC, 0666);
  say("write", write(fd, "0123456789", 10));
  say("seek", lseek(fd, 3, SEEK_SET));
  say("write over", write(fd, "abc", 3));
  say("where", lseek(fd, 0, SEEK_CUR));
  say("pread", pread(fd, buffer, 4, 2));
  buffer[4] = 0;
  text("its bytes", buffer);
  say("pwrite beyond the end", pwrite(fd, "z", 1, 20));
  say("it does not move", lseek(fd, 0, SEEK_CUR));
  say("size with a hole", lseek(fd, 0, SEEK_END));
  pread(fd, buffer, 1, 15);
  say("the hole is zero", buffer[0]);
  say("truncate", ftruncate(fd, 5));
  say("size after it", lseek(fd, 0, SEEK_END));
  say("extend", ftruncate(fd, 8));
  say("read at the end", (lseek(fd, 8, SEEK_SET), read(fd, buffer, 1)));
  result("seek before the beginning", lseek(fd, -1, SEEK_SET) < 0);
  result("close", close(fd));
  result("close again", close(fd));
  result("read of no descriptor", read(77, buffer, 1) < 0);
  result("seek in a stream", lseek(0, 0, SEEK_CUR) < 0 && errno != ESPIPE ? -1 : 0);

  result("rename", rename("out/g", "out/h"));
  result("the old name", access("out/g", F_OK));
  result("rename over another", rename("out/h", "out/d/f"));
  result("rename of nothing", rename("out/g", "out/i"));
  result("rename of a folder into itself", rename("out/d", "out/d/e"));
  fclose(fopen("out/grün 鱼", "w"));
  fclose(fopen("out/.hidden", "w"));
  list("names in order", "out");
  list("an input's folder", "in");
  result("unlink", unlink("out/grün 鱼"));
  result("unlink again", unlink("out/grün 鱼"));
  memset(buffer, 'x', 300);
  memcpy(buffer, "out/", 4);
  buffer[300] = 0;
  result("a name that is too long", open(buffer, O_CREAT | O_WRONLY, 0666) < 0);
  fd = open("tmp/t", O_CREAT | O_RDWR, 0666);
  unlink("tmp/t");
  say("an unlinked file is still there", write(fd, "t", 1));
  close(fd);
  list("but not to be seen", "tmp");

  struct timespec before, after, nap = {0, 1000000};
  clock_gettime(CLOCK_MONOTONIC, &before);
  say("sleep", nanosleep(&nap, NULL));
  clock_gettime(CLOCK_MONOTONIC, &after);
  say("time passed", (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000 >= 1);
  printf("%02d numbers: %.17g %.17g %g\n", ++number, sqrt(2), sin(1), 1e300 * 10);
  say("memory", (long)(malloc(10000000) != NULL));
  fflush(stdout);
  return 42;
}
