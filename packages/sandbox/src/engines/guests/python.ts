/** The module `shoal` of Python programs, over the functions of `_shoal`; documented in docs/PROGRAMS.md. */
export const pythonLibrary = `
import sys, _shoal
args = list(_shoal.args)
env = dict([pair.split("=", 1) for pair in _shoal.env])
unit_index = int(env.get("SHOAL_UNIT_INDEX", "0"))
unit_count = int(env.get("SHOAL_UNIT_COUNT", "1"))
inputs = list(_shoal.inputs)

def input(name=None):
    """The path of the unit's input, or of one by its name below /in."""
    if name is not None:
        return name if name.startswith("/") else "/in/" + name
    if not inputs:
        raise RuntimeError("this unit has no input: give the job a dataset (--on)")
    return inputs[0]

def lines(name=None):
    with open(input(name)) as file:
        for line in file:
            yield line.rstrip("\\r\\n")

def output(name):
    return open(name if name.startswith("/") else "/out/" + name, "w")

def log(text):
    _shoal.log(str(text) + "\\n")

def progress(fraction, text=""):
    _shoal.log("shoal:progress " + str(fraction) + " " + str(text) + "\\n")

def exit(code=0):
    raise SystemExit(code)
`;

/** The part of Emscripten's file system that is used. */
export interface EmscriptenFs {
  mkdirTree(path: string): void;
  writeFile(path: string, content: Uint8Array | string): void;
  readFile(path: string): Uint8Array;
  readdir(path: string): string[];
  stat(path: string): { mode: number };
  isDir(mode: number): boolean;
}

/** Puts inputs, folders and the library where programs look for them. */
export function fillDisk(fs: EmscriptenFs, inputs: readonly { path: string; bytes: number; read(offset: number, target: Uint8Array): void }[], library: string): void {
  for (const folder of ['/in', '/out', '/tmp', library.slice(0, library.lastIndexOf('/'))]) fs.mkdirTree(folder);
  for (const { path, bytes, read } of inputs) {
    const content = new Uint8Array(bytes);
    read(0, content);
    fs.mkdirTree(path.slice(0, path.lastIndexOf('/')));
    fs.writeFile(path, content);
  }
  fs.writeFile(library, pythonLibrary);
}

/** What the program left in /out. */
export function collectFiles(fs: EmscriptenFs, folder = '/out'): { path: string; bytes: Uint8Array }[] {
  return fs
    .readdir(folder)
    .filter((name) => name !== '.' && name !== '..')
    .toSorted()
    .flatMap((name) => {
      const path = `${folder}/${name}`;
      return fs.isDir(fs.stat(path).mode) ? collectFiles(fs, path) : [{ path: path.slice('/out/'.length), bytes: fs.readFile(path).slice() }];
    });
}
