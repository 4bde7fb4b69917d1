import { spawn } from 'node:child_process';
import { ProgramError } from './errors.ts';

/**
 * Takes the types out of a source on standard input: in place where that is possible, so that line numbers stay, else
 * (enums, namespaces) by rewriting. In a process of its own, since Node.js warns of the function as experimental, once a process.
 */
const script = `
const { stripTypeScriptTypes } = require('node:module');
const source = require('node:fs').readFileSync(0, 'utf8');
let text;
try {
  try {
    text = stripTypeScriptTypes(source);
  } catch (error) {
    if (error.code !== 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') throw error;
    text = stripTypeScriptTypes(source, { mode: 'transform' });
  }
  process.stdout.write(text);
} catch (error) {
  process.stderr.write(error.message + '\\n' + (error.snippet ?? ''));
  process.exitCode = 1;
}`;

const maxSaidChars = 1000;

/** JavaScript of a TypeScript source. Types are taken out, not checked. */
export async function stripTypes(source: Uint8Array, name: string, signal: AbortSignal): Promise<Uint8Array> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '-e', script], { stdio: 'pipe', env: {}, signal });
  const pieces: Uint8Array[] = [];
  let said = '';
  child.stdout.on('data', (piece: Uint8Array) => pieces.push(piece));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  // A reader that dies early is known by its exit code.
  child.stdin.on('error', () => undefined);
  child.stdin.end(source);
  if ((await ended) === 0) return Buffer.concat(pieces);
  throw new ProgramError('program-untranslatable', `Cannot take the types out of ${name}: ${said.trim().slice(0, maxSaidChars) || 'Node.js could not do it'}`, {
    hint: 'It has to be TypeScript that is valid by itself: npx tsc --noEmit says where it is not.',
  });
}
