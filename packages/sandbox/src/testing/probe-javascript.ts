/** The probe of the suites, in JavaScript. */
export const javascriptProbe = `
const say = (value) => shoal.print(value);
const sum = (path) => {
  const input = shoal.input('/' + path);
  let total = 0;
  for (const piece of input.pieces()) for (let i = 0; i < piece.length; i += 64) total += piece[i];
  say(path + ' ' + input.size + ' ' + total + '\\n');
};
const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2));
const depth = (n) => depth(n + 1) + 1;
const piece = new Uint8Array(65536);
const [what, ...rest] = shoal.args;
const words = {
  hello() {
    shoal.log('begin');
    shoal.progress(0.5, 'half way');
    for (const each of ['program', ...shoal.args]) say(each + '\\n');
    for (const path of rest) sum(path);
    shoal.output('first.txt').write('first file').close();
    shoal.output('second.txt').write('second file').close();
    shoal.log('end');
  },
  sum: () => rest.forEach(sum),
  tail() {
    const input = shoal.input('/' + rest[0]);
    say(rest[0] + ' ends with ');
    say(input.slice(input.size - 4, input.size));
  },
  exit() { shoal.log('about to leave'); shoal.exit(Number(rest[0])); },
  trap() { shoal.log('about to trap'); null.x; },
  loop() { shoal.log('looping'); for (let x = 1; ; x = (x * 31 + 1) | 0) if (x === 0.5) say('never'); },
  recurse: () => say(depth(1)),
  fib: () => say(fib(Number(rest[0]))),
  memory() { shoal.log('growing'); const all = []; for (;;) all.push(new Uint8Array(1048576).fill(1)); },
  output() { for (;;) say(piece); },
  'output-file'() { const file = shoal.output('big'); for (;;) file.write(piece); },
  files() { for (let i = 0; ; i++) shoal.output('/tmp/' + i).close(); },
  log() { for (let i = 0; i < 100000; i++) shoal.log('line ' + i); },
  surroundings() {
    for (const [name, value] of Object.entries(shoal.env)) say(name + '=' + value + '\\n');
    for (let i = 0; i < 2; i++) say(Date.now() + '000000\\n');
    say(Math.random() + '\\n\\n');
    for (const folder of ['.', 'in', 'out', 'tmp']) for (const name of shoal.list(folder)) say(folder + ': ' + name + '\\n');
  },
  escape() {
    for (const path of ['../etc/passwd', '/etc/passwd', 'in/../../etc/passwd', './../x', '/..', '/proc/self/environ', '/dev/null']) {
      let seen = '-1';
      try { seen = shoal.input(path).text(); } catch {}
      say(path + ' ' + seen + '\\n');
    }
    for (const path of ['../../x', '../in/new', '/etc/x', 'a/../../../x']) {
      let made = '-1';
      try { shoal.output(path).write('x').close(); made = 'made'; } catch {}
      say(path + ' ' + made + '\\n');
    }
  },
};
words[what]?.();
`;
