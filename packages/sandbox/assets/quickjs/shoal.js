// What a JavaScript program finds: the global `shoal`, console, timers, text codecs. Documented in docs/PROGRAMS.md and typed in shoal.d.ts.
(() => {
  const native = globalThis.__shoal;
  delete globalThis.__shoal;
  const pieceBytes = 1024 * 1024;
  const env = Object.fromEntries(native.env.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));

  const bytesOf = (value) => {
    if (value instanceof Uint8Array) return value;
    if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    if (value instanceof ArrayBuffer) return new Uint8Array(value);
    return undefined;
  };
  const write = (file, value) => native.write(file, bytesOf(value) ?? String(value));

  function* pieces(path, most) {
    const file = native.open(path, 'r');
    try {
      for (;;) {
        const piece = native.read(file, most);
        if (piece.length === 0) return;
        yield piece;
      }
    } finally {
      native.close(file);
    }
  }

  class Input {
    constructor(path) {
      this.path = path;
      this.name = path.slice(path.lastIndexOf('/') + 1);
      this.size = native.size(path);
    }
    bytes() {
      const all = new Uint8Array(this.size);
      let at = 0;
      for (const piece of pieces(this.path, pieceBytes)) {
        all.set(piece, at);
        at += piece.length;
      }
      return all;
    }
    text() {
      return native.decode(this.bytes());
    }
    json() {
      return JSON.parse(this.text());
    }
    *lines() {
      const file = native.open(this.path, 'r');
      try {
        for (let line = native.line(file); line !== null; line = native.line(file)) yield line;
      } finally {
        native.close(file);
      }
    }
    pieces(most = pieceBytes) {
      return pieces(this.path, most);
    }
    slice(start, end) {
      const file = native.open(this.path, 'r');
      try {
        native.seek(file, start);
        return native.read(file, Math.max(0, Math.min(end, this.size) - start));
      } finally {
        native.close(file);
      }
    }
  }

  class Output {
    #file;
    constructor(path) {
      this.path = path;
      this.#file = native.open(path, 'w');
    }
    write(value) {
      write(this.#file, value);
      return this;
    }
    line(value) {
      return this.write(value).write('\n');
    }
    close() {
      native.close(this.#file);
    }
  }

  function* filesBelow(folder) {
    for (const name of native.list(folder).sort()) {
      const path = `${folder}/${name}`;
      if (native.size(path) < 0) yield* filesBelow(path);
      else yield path;
    }
  }

  const shoal = {
    args: native.args,
    env,
    unit: { index: Number(env.SHOAL_UNIT_INDEX ?? 0), count: Number(env.SHOAL_UNIT_COUNT ?? 1) },
    get inputs() {
      return [...filesBelow('/in')].map((path) => new Input(path));
    },
    input(name) {
      if (name !== undefined) return new Input(name.startsWith('/') ? name : `/in/${name}`);
      const [path] = filesBelow('/in');
      if (path === undefined) throw new Error('this unit has no input: give the job a dataset (--on), or ask shoal.inputs how many there are');
      return new Input(path);
    },
    output(name) {
      if (name.startsWith('/') && !/^\/(out|tmp)\//.test(name)) throw new Error(`cannot write ${name}: outputs lie in /out, passing files in /tmp`);
      const names = name.replace(/^\/(out|tmp)\//, '').split('/');
      const root = name.startsWith('/tmp/') ? '/tmp' : '/out';
      for (let n = 1; n < names.length; n++) native.mkdir(`${root}/${names.slice(0, n).join('/')}`);
      return new Output(`${root}/${names.join('/')}`);
    },
    print(value) {
      write(1, value);
    },
    log(value) {
      write(2, `${value}\n`);
    },
    progress(fraction, text = '') {
      write(2, `shoal:progress ${Math.min(1, Math.max(0, Number(fraction)))} ${String(text).replaceAll('\n', ' ')}\n`);
    },
    list: (folder) => native.list(folder).sort(),
    remove: (path) => native.unlink(path),
    exit: (code = 0) => native.exit(code),
  };

  // Text of values, as people read it.
  const show = (value, seen = [], deep = 0) => {
    if (typeof value === 'string') return deep === 0 ? value : JSON.stringify(value);
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value === 'function') return `[function ${value.name || 'anonymous'}]`;
    if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
    if (value instanceof Error) return `${value}${value.stack ? `\n${value.stack}`.trimEnd() : ''}`;
    if (value instanceof Date || value instanceof RegExp) return value instanceof Date ? value.toISOString() : String(value);
    if (seen.includes(value)) return '[circular]';
    if (deep > 3) return Array.isArray(value) ? '[array]' : '[object]';
    const inside = [...seen, value];
    const item = (each) => show(each, inside, deep + 1);
    if (Array.isArray(value) || ArrayBuffer.isView(value)) {
      const items = Array.from(value.length > 100 ? value.slice(0, 100) : value, item);
      return `[${[...items, ...(value.length > 100 ? [`… ${value.length - 100} more`] : [])].join(', ')}]`;
    }
    if (value instanceof Map) return `Map {${[...value].map(([k, v]) => `${item(k)} => ${item(v)}`).join(', ')}}`;
    if (value instanceof Set) return `Set {${[...value].map(item).join(', ')}}`;
    const entries = Object.entries(value).map(([name, each]) => `${/^[\w$]+$/.test(name) ? name : JSON.stringify(name)}: ${item(each)}`);
    return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
  };
  const printer = (file) => (...values) => write(file, `${values.map((value) => show(value)).join(' ')}\n`);
  const out = printer(1);
  const err = printer(2);
  globalThis.print = out;
  globalThis.console = { log: out, info: out, debug: err, error: err, warn: err, trace: err };

  // The seed is the unit's own: QuickJS would take the clock.
  Math.random = () => native.random();
  globalThis.crypto = {
    getRandomValues(array) {
      const bytes = bytesOf(array);
      for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor(native.random() * 256);
      return array;
    },
  };

  globalThis.TextEncoder = class TextEncoder {
    encoding = 'utf-8';
    encode(text = '') {
      return native.encode(String(text));
    }
  };
  globalThis.TextDecoder = class TextDecoder {
    encoding = 'utf-8';
    constructor(label = 'utf-8') {
      if (!/^utf-?8$/i.test(label)) throw new RangeError(`cannot decode ${label}: only utf-8 is there`);
    }
    decode(bytes = new Uint8Array(0)) {
      return native.decode(bytesOf(bytes));
    }
  };

  // Timers: they fire in order, once nothing else is left to do, and the virtual clock jumps to them.
  let timers = [];
  let lastTimer = 0;
  let nowMs = 0;
  globalThis.setTimeout = (run, ms = 0, ...args) => {
    const id = ++lastTimer;
    const due = nowMs + Math.max(0, Number(ms) || 0);
    const at = timers.findIndex((other) => other.due > due);
    timers.splice(at < 0 ? timers.length : at, 0, { id, due, run, args });
    return id;
  };
  globalThis.clearTimeout = (id) => {
    timers = timers.filter((timer) => timer.id !== id);
  };
  globalThis.structuredClone ??= (value) => JSON.parse(JSON.stringify(value));

  const bundle = 'a program is one file. Bundle it first, for example: npx esbuild main.ts --bundle --format=esm --outfile=bundled.js';
  const missing = {
    fetch: 'a program has no network: what it needs comes as its input (shoal run --on DATASET)',
    XMLHttpRequest: 'a program has no network: what it needs comes as its input (shoal run --on DATASET)',
    WebSocket: 'a program has no network: what it needs comes as its input (shoal run --on DATASET)',
    require: bundle,
    module: 'write `export`, not `module.exports`',
    exports: 'write `export`, not `exports`',
    process: 'this is not Node.js: shoal.args, shoal.env and shoal.exit() are what process had',
    Deno: 'this is not Deno: see `shoal` in docs/PROGRAMS.md',
    Bun: 'this is not Bun: see `shoal` in docs/PROGRAMS.md',
    Buffer: 'use Uint8Array, TextEncoder and TextDecoder',
    setInterval: 'use setTimeout, again and again',
    WebAssembly: 'compile the module to a .wasm program of its own and run that',
    Worker: 'a unit has one thread: make more units (--count)',
    window: 'this is no browser', document: 'this is no browser',
  };
  const hintFor = (error) => {
    const name = /^'?(\w+)'? is not defined$/.exec(error?.message ?? '')?.[1];
    return name !== undefined && Object.hasOwn(missing, name) ? `\n${name}: ${missing[name]}` : '';
  };

  const report = (error) => write(2, `${error instanceof Error ? show(error) : `thrown: ${show(error)}`}${hintFor(error)}\n`);
  const giveUp = (error) => {
    report(error);
    native.exit(1);
  };
  const unhandled = new Map();
  native.hooks({
    report,
    rejected: (promise, reason, handled) => void (handled ? unhandled.delete(promise) : unhandled.set(promise, reason)),
    idle() {
      for (const reason of unhandled.values()) {
        if (reason?.message === 'out of memory') return false;
        giveUp(reason);
      }
      const timer = timers.shift();
      if (timer === undefined) return false;
      native.sleep(timer.due - nowMs);
      nowMs = timer.due;
      try {
        timer.run(...timer.args);
      } catch (error) {
        giveUp(error);
      }
      return true;
    },
    stuck: () => write(2, 'the program waits for a promise that nothing will ever settle\n'),
    end: () => undefined,
    module(name) {
      if (name === 'shoal') return `export default globalThis.shoal;\nexport const { ${Object.keys(shoal).join(', ')} } = globalThis.shoal;`;
      const builtin = /^node:|^(fs|path|os|http|https|child_process|crypto|net)(\/|$)/.test(name);
      return new ReferenceError(`cannot import '${name}': ${builtin ? 'this is not Node.js; inputs and outputs are at `shoal` (docs/PROGRAMS.md)' : bundle}`);
    },
  });
  globalThis.shoal = shoal;
})();
