/*
 * The engine for JavaScript: QuickJS-ng as a WASI command. It runs /program/shoal.js, the library, as a script, and
 * then /program/main.js as a module, to its end: until nothing is left to do. The library takes what it needs of the
 * native functions below from the global __shoal and removes it, so that a program sees the library alone.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "quickjs.h"

/* Of the 2 MiB of shadow stack that the linker gives. Beyond it is a RangeError, before the sandbox's own count of the stack traps. */
#define STACK_BYTES (768 * 1024)
#define MAX_FILES 256
#define OUT_BUFFER_BYTES (64 * 1024)
#define MAX_READ_BYTES (16 * 1024 * 1024)

static FILE *files[MAX_FILES];
static JSValue hooks;
static uint64_t seed[2];

static JSValue fail(JSContext *ctx, const char *what, const char *name)
{
    return JS_ThrowPlainError(ctx, "cannot %s %s: %s", what, name, strerror(errno));
}

static FILE *file_of(JSContext *ctx, JSValueConst value)
{
    int32_t id;
    if (JS_ToInt32(ctx, &id, value))
        return NULL;
    if (id < 0 || id >= MAX_FILES || files[id] == NULL) {
        JS_ThrowPlainError(ctx, "the file is closed");
        return NULL;
    }
    return files[id];
}

static JSValue js_open(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    const char *name = JS_ToCString(ctx, argv[0]);
    const char *mode = JS_ToCString(ctx, argv[1]);
    JSValue result = JS_EXCEPTION;
    int id = 3;
    if (name == NULL || mode == NULL)
        goto done;
    while (id < MAX_FILES && files[id] != NULL)
        id++;
    if (id == MAX_FILES) {
        result = JS_ThrowPlainError(ctx, "cannot open %s: %d files are open", name, MAX_FILES - 3);
        goto done;
    }
    files[id] = fopen(name, mode);
    if (files[id] == NULL) {
        result = fail(ctx, "open", name);
        goto done;
    }
    setvbuf(files[id], NULL, _IOFBF, OUT_BUFFER_BYTES);
    result = JS_NewInt32(ctx, id);
done:
    JS_FreeCString(ctx, name);
    JS_FreeCString(ctx, mode);
    return result;
}

static JSValue js_close(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    int32_t id;
    FILE *file = file_of(ctx, argv[0]);
    if (file == NULL)
        return JS_EXCEPTION;
    JS_ToInt32(ctx, &id, argv[0]);
    if (id < 3)
        return JS_UNDEFINED;
    files[id] = NULL;
    return fclose(file) == 0 ? JS_UNDEFINED : fail(ctx, "close", "a file");
}

/* At most so many bytes; none at the end. */
static JSValue js_read(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    FILE *file = file_of(ctx, argv[0]);
    int64_t most;
    if (file == NULL || JS_ToInt64(ctx, &most, argv[1]))
        return JS_EXCEPTION;
    if (most < 0 || most > MAX_READ_BYTES)
        return JS_ThrowRangeError(ctx, "cannot read %lld bytes at once, at most %d", (long long)most, MAX_READ_BYTES);
    uint8_t *bytes = js_malloc(ctx, most > 0 ? most : 1);
    if (bytes == NULL)
        return JS_EXCEPTION;
    size_t count = fread(bytes, 1, most, file);
    JSValue result = ferror(file) ? fail(ctx, "read", "a file") : JS_NewUint8ArrayCopy(ctx, bytes, count);
    js_free(ctx, bytes);
    return result;
}

/* The next line without its end; null after the last. */
static JSValue js_line(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    static char *line;
    static size_t room;
    FILE *file = file_of(ctx, argv[0]);
    if (file == NULL)
        return JS_EXCEPTION;
    errno = 0;
    ssize_t length = getline(&line, &room, file);
    if (length < 0)
        return ferror(file) || errno == ENOMEM ? fail(ctx, "read a line of", "a file") : JS_NULL;
    if (length > 0 && line[length - 1] == '\n')
        length--;
    if (length > 0 && line[length - 1] == '\r')
        length--;
    return JS_NewStringLen(ctx, line, length);
}

static JSValue js_seek(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    FILE *file = file_of(ctx, argv[0]);
    int64_t offset;
    if (file == NULL || JS_ToInt64(ctx, &offset, argv[1]))
        return JS_EXCEPTION;
    return fseeko(file, offset, SEEK_SET) == 0 ? JS_UNDEFINED : fail(ctx, "seek in", "a file");
}

/* Text as UTF-8, or the bytes of a Uint8Array. */
static JSValue js_write(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    FILE *file = file_of(ctx, argv[0]);
    size_t length, done;
    if (file == NULL)
        return JS_EXCEPTION;
    if (JS_IsString(argv[1])) {
        const char *text = JS_ToCStringLen(ctx, &length, argv[1]);
        if (text == NULL)
            return JS_EXCEPTION;
        done = fwrite(text, 1, length, file);
        JS_FreeCString(ctx, text);
    } else {
        uint8_t *bytes = JS_GetUint8Array(ctx, &length, argv[1]);
        if (bytes == NULL)
            return JS_EXCEPTION;
        done = fwrite(bytes, 1, length, file);
    }
    return done == length ? JS_UNDEFINED : fail(ctx, "write to", "a file");
}

static JSValue js_list(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    const char *name = JS_ToCString(ctx, argv[0]);
    if (name == NULL)
        return JS_EXCEPTION;
    DIR *folder = opendir(name);
    JSValue result = folder == NULL ? fail(ctx, "list", name) : JS_NewArray(ctx);
    JS_FreeCString(ctx, name);
    if (folder == NULL)
        return result;
    struct dirent *entry;
    for (uint32_t n = 0; (entry = readdir(folder)) != NULL;) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            JS_SetPropertyUint32(ctx, result, n++, JS_NewString(ctx, entry->d_name));
    }
    closedir(folder);
    return result;
}

/* Its size in bytes; -1 for a folder. */
static JSValue js_size(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    struct stat info;
    const char *name = JS_ToCString(ctx, argv[0]);
    if (name == NULL)
        return JS_EXCEPTION;
    JSValue result = stat(name, &info) != 0 ? fail(ctx, "look at", name)
                                            : JS_NewInt64(ctx, S_ISDIR(info.st_mode) ? -1 : (int64_t)info.st_size);
    JS_FreeCString(ctx, name);
    return result;
}

static JSValue js_mkdir(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    const char *name = JS_ToCString(ctx, argv[0]);
    if (name == NULL)
        return JS_EXCEPTION;
    JSValue result = mkdir(name, 0777) == 0 || errno == EEXIST ? JS_UNDEFINED : fail(ctx, "make the folder", name);
    JS_FreeCString(ctx, name);
    return result;
}

static JSValue js_unlink(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    const char *name = JS_ToCString(ctx, argv[0]);
    if (name == NULL)
        return JS_EXCEPTION;
    JSValue result = unlink(name) == 0 ? JS_UNDEFINED : fail(ctx, "remove", name);
    JS_FreeCString(ctx, name);
    return result;
}

/* Ends the program; what was written is out by then. */
static void leave(int code)
{
    for (int id = 1; id < MAX_FILES; id++)
        if (files[id] != NULL)
            fflush(files[id]);
    _Exit(code);
}

static JSValue js_exit(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    int32_t code;
    if (JS_ToInt32(ctx, &code, argv[0]))
        return JS_EXCEPTION;
    leave(code);
    return JS_UNDEFINED;
}

static uint64_t next_random(void)
{
    uint64_t a = seed[0], b = seed[1];
    seed[0] = b;
    a ^= a << 23;
    seed[1] = a ^ b ^ (a >> 17) ^ (b >> 26);
    return seed[1] + b;
}

/* xorshift128+, seeded with the unit's own randomness. */
static JSValue js_random(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    return JS_NewFloat64(ctx, (double)(next_random() >> 11) * 0x1p-53);
}

static JSValue js_sleep(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    double ms;
    if (JS_ToFloat64(ctx, &ms, argv[0]))
        return JS_EXCEPTION;
    if (ms > 0 && ms < 1e12) {
        struct timespec time = { (time_t)(ms / 1000), (long)((ms - 1000 * (double)(time_t)(ms / 1000)) * 1e6) };
        nanosleep(&time, NULL);
    }
    return JS_UNDEFINED;
}

static JSValue js_encode(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    size_t length;
    const char *text = JS_ToCStringLen(ctx, &length, argv[0]);
    if (text == NULL)
        return JS_EXCEPTION;
    JSValue result = JS_NewUint8ArrayCopy(ctx, (const uint8_t *)text, length);
    JS_FreeCString(ctx, text);
    return result;
}

static JSValue js_decode(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    size_t length;
    uint8_t *bytes = JS_GetUint8Array(ctx, &length, argv[0]);
    return bytes == NULL ? JS_EXCEPTION : JS_NewStringLen(ctx, (const char *)bytes, length);
}

/* The library's functions that this file calls. */
static JSValue js_hooks(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    hooks = JS_DupValue(ctx, argv[0]);
    return JS_UNDEFINED;
}

static const JSCFunctionListEntry natives[] = {
    JS_CFUNC_DEF("open", 2, js_open),     JS_CFUNC_DEF("close", 1, js_close),   JS_CFUNC_DEF("read", 2, js_read),
    JS_CFUNC_DEF("line", 1, js_line),     JS_CFUNC_DEF("seek", 2, js_seek),     JS_CFUNC_DEF("write", 2, js_write),
    JS_CFUNC_DEF("list", 1, js_list),     JS_CFUNC_DEF("size", 1, js_size),     JS_CFUNC_DEF("mkdir", 1, js_mkdir),
    JS_CFUNC_DEF("unlink", 1, js_unlink), JS_CFUNC_DEF("exit", 1, js_exit),     JS_CFUNC_DEF("random", 0, js_random),
    JS_CFUNC_DEF("sleep", 1, js_sleep),   JS_CFUNC_DEF("encode", 1, js_encode), JS_CFUNC_DEF("decode", 1, js_decode),
    JS_CFUNC_DEF("hooks", 1, js_hooks),
};

/* Calls a hook of the library. What it throws is beyond repair. */
static JSValue call_hook(JSContext *ctx, const char *name, int argc, JSValueConst *argv)
{
    JSValue function = JS_GetPropertyStr(ctx, hooks, name);
    JSValue result = JS_Call(ctx, function, JS_UNDEFINED, argc, argv);
    JS_FreeValue(ctx, function);
    if (JS_IsException(result)) {
        JSValue error = JS_GetException(ctx);
        const char *text = JS_ToCString(ctx, error);
        fprintf(stderr, "%s\n", text == NULL ? "out of memory" : text);
        leave(1);
    }
    return result;
}

/* Says what was thrown, and ends. Where there is no memory left, the sandbox shall see a trap, and name it. */
static void die(JSContext *ctx, JSValue error)
{
    if (JS_IsUncatchableError(error))
        __builtin_trap();
    JSValue message = JS_IsObject(error) ? JS_GetPropertyStr(ctx, error, "message") : JS_NULL;
    const char *text = JS_IsString(message) ? JS_ToCString(ctx, message) : NULL;
    if (text != NULL && strcmp(text, "out of memory") == 0) {
        fprintf(stderr, "out of memory\n");
        for (int id = 1; id < MAX_FILES; id++)
            if (files[id] != NULL)
                fflush(files[id]);
        __builtin_trap();
    }
    call_hook(ctx, "report", 1, &error);
    leave(1);
}

static void die_if_thrown(JSContext *ctx, JSValue value)
{
    if (JS_IsException(value))
        die(ctx, JS_GetException(ctx));
    JS_FreeValue(ctx, value);
}

static char *read_program(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    struct stat info;
    if (file == NULL || fstat(fileno(file), &info) != 0) {
        fprintf(stderr, "cannot read %s: %s\n", path, strerror(errno));
        leave(1);
    }
    char *text = malloc(info.st_size + 1);
    if (text == NULL)
        __builtin_trap();
    *length = fread(text, 1, info.st_size, file);
    text[*length] = 0;
    fclose(file);
    return text;
}

static void rejected(JSContext *ctx, JSValueConst promise, JSValueConst reason, bool handled, void *opaque)
{
    JSValueConst argv[] = { promise, reason, handled ? JS_TRUE : JS_FALSE };
    JS_FreeValue(ctx, call_hook(ctx, "rejected", 3, argv));
}

static JSModuleDef *load_module(JSContext *ctx, const char *name, void *opaque)
{
    JSValue argument = JS_NewString(ctx, name);
    JSValue source = call_hook(ctx, "module", 1, &argument);
    JS_FreeValue(ctx, argument);
    if (!JS_IsString(source)) {
        JS_Throw(ctx, source);
        return NULL;
    }
    size_t length;
    const char *text = JS_ToCStringLen(ctx, &length, source);
    JSValue module = JS_Eval(ctx, text, length, name, JS_EVAL_TYPE_MODULE | JS_EVAL_FLAG_COMPILE_ONLY);
    JS_FreeCString(ctx, text);
    JS_FreeValue(ctx, source);
    if (JS_IsException(module))
        return NULL;
    JSModuleDef *def = JS_VALUE_GET_PTR(module);
    JS_FreeValue(ctx, module);
    return def;
}

static void run_jobs(JSContext *ctx)
{
    for (;;) {
        JSContext *where;
        int done = JS_ExecutePendingJob(JS_GetRuntime(ctx), &where);
        if (done < 0)
            die(ctx, JS_GetException(where));
        if (done > 0)
            continue;
        JSValue more = call_hook(ctx, "idle", 0, NULL);
        bool again = JS_ToBool(ctx, more);
        JS_FreeValue(ctx, more);
        if (!again)
            return;
    }
}

int main(int argc, char **argv)
{
    files[0] = stdin;
    files[1] = stdout;
    files[2] = stderr;
    setvbuf(stdout, NULL, _IOFBF, OUT_BUFFER_BYTES);
    getentropy(seed, sizeof seed);
    seed[0] |= 1;

    JSRuntime *runtime = JS_NewRuntime();
    JSContext *ctx = runtime == NULL ? NULL : JS_NewContext(runtime);
    if (ctx == NULL)
        __builtin_trap();
    JS_SetMaxStackSize(runtime, STACK_BYTES);
    JS_SetModuleLoaderFunc(runtime, NULL, load_module, NULL);
    JS_SetHostPromiseRejectionTracker(runtime, rejected, NULL);

    JSValue global = JS_GetGlobalObject(ctx);
    JSValue native = JS_NewObject(ctx);
    JS_SetPropertyFunctionList(ctx, native, natives, sizeof natives / sizeof *natives);
    JSValue arguments = JS_NewArray(ctx);
    for (int i = 1; i < argc; i++)
        JS_SetPropertyUint32(ctx, arguments, i - 1, JS_NewString(ctx, argv[i]));
    JS_SetPropertyStr(ctx, native, "args", arguments);
    JSValue environment = JS_NewArray(ctx);
    extern char **environ;
    for (uint32_t i = 0; environ != NULL && environ[i] != NULL; i++)
        JS_SetPropertyUint32(ctx, environment, i, JS_NewString(ctx, environ[i]));
    JS_SetPropertyStr(ctx, native, "env", environment);
    JS_SetPropertyStr(ctx, global, "__shoal", native);
    JS_FreeValue(ctx, global);

    size_t length;
    char *library = read_program("/program/shoal.js", &length);
    JSValue value = JS_Eval(ctx, library, length, "shoal.js", JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_STRICT);
    if (JS_IsException(value)) {
        fprintf(stderr, "the library failed: %s\n", JS_ToCString(ctx, JS_GetException(ctx)));
        leave(1);
    }
    free(library);

    char *program = read_program("/program/main.js", &length);
    JSValue ended = JS_Eval(ctx, program, length, "main.js", JS_EVAL_TYPE_MODULE);
    if (JS_IsException(ended))
        die(ctx, JS_GetException(ctx));
    free(program);
    run_jobs(ctx);
    JSPromiseStateEnum state = JS_PromiseState(ctx, ended);
    if (state == JS_PROMISE_REJECTED)
        die(ctx, JS_PromiseResult(ctx, ended));
    die_if_thrown(ctx, call_hook(ctx, state == JS_PROMISE_PENDING ? "stuck" : "end", 0, NULL));
    leave(state == JS_PROMISE_PENDING ? 1 : 0);
}
