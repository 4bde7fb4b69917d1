import { systemCrypto, type ExecutionCheckpoints, type ExecutionRequest } from '@shoal/runtime';
import type { UnitOrder } from '../channel/frames.ts';
import { maxArgumentBytes, maxInputs, maxPathBytes, unlimitedFuel, wasmPageBytes } from '../limits.ts';

/** The guest's own name, as C programs expect it first. */
const programName = 'program';

const maxPages = 65_536;
const seedBytes = 16;

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : a > b ? 1 : 0);

/** What is wrong with a request; undefined when nothing is. */
function fault(request: ExecutionRequest): string | undefined {
  const { limits, inputs, args, env } = request;
  for (const name of ['memoryBytes', 'wallMs', 'outputBytes', 'logBytes'] as const) {
    if (!Number.isFinite(limits[name]) || limits[name] < 0) return `its limit ${name} is ${limits[name]}`;
  }
  if (limits.fuel !== undefined && (!Number.isSafeInteger(limits.fuel) || limits.fuel < 0)) return `its limit fuel is ${limits.fuel}`;
  if (inputs.length > maxInputs) return `it has ${inputs.length} inputs, more than ${maxInputs}`;
  const texts = [...args, ...Object.entries(env).flat()];
  if (texts.some((text) => text.includes('\0'))) return 'an argument or a variable contains a zero byte';
  if (texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0) > maxArgumentBytes) {
    return `its arguments and variables take more than ${maxArgumentBytes} bytes`;
  }
  if (Object.keys(env).some((name) => name === '' || name.includes('='))) return 'a variable has no proper name';
  const folders = new Set<string>();
  const files = new Set<string>();
  for (const { path, bytes } of inputs) {
    const names = path.split('/');
    const proper = (path.startsWith('/in/') || path.startsWith('/program/')) && names.slice(1).every((name) => name !== '' && name !== '.' && name !== '..');
    if (!proper || path.includes('\0') || Buffer.byteLength(path) > maxPathBytes) return `its input ${path} is not a path below /in/ or /program/`;
    if (!Number.isSafeInteger(bytes) || bytes < 0) return `its input ${path} has no proper size`;
    for (let i = 2; i < names.length; i++) folders.add(names.slice(0, i).join('/'));
    if (files.has(path)) return `its input ${path} is there twice`;
    files.add(path);
  }
  const both = [...files].find((path) => folders.has(path));
  return both === undefined ? undefined : `its input ${both} is a file and a folder`;
}

/**
 * What the child is told of a request. Everything that the program may see follows from the request alone:
 * variables are sorted, and the seed is a hash of program, arguments and variables, so that each unit has its
 * own randomness and each replica of it the same.
 */
export function unitOrder(request: ExecutionRequest, engine: string, checkpoints?: ExecutionCheckpoints): { order: UnitOrder } | { fault: string } {
  const wrong = fault(request);
  if (wrong !== undefined) return { fault: wrong };
  const env = Object.entries(request.env).sort(byName);
  const identity = JSON.stringify([request.identity ?? request.program.cid, request.args, env]);
  const pages = Math.min(maxPages, Math.floor(request.limits.memoryBytes / wasmPageBytes));
  const seed = Buffer.from(systemCrypto.sha256(new TextEncoder().encode(identity))).toString('hex', 0, seedBytes);
  const movable = checkpoints !== undefined;
  return {
    order: {
      program: `${request.program.cid}/${pages}${movable ? '/movable' : ''}`,
      maxPages: pages,
      args: [programName, ...request.args],
      env: Object.fromEntries(env),
      inputs: request.inputs.map(({ path, bytes }) => ({ path, bytes })),
      seed,
      outputBytes: request.limits.outputBytes,
      logBytes: request.limits.logBytes,
      fuel: Math.min(request.limits.fuel ?? unlimitedFuel, unlimitedFuel),
      movable,
      fits: `${request.program.cid} with ${seed} on ${engine}`,
      resumes: checkpoints?.resume !== undefined,
      logged: checkpoints?.resume?.log.length ?? 0,
    },
  };
}
