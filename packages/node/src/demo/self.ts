/** How to start this same `shoal` again, whether built or from its sources. */
export function selfCommand(args: readonly string[]): { command: string; args: string[] } {
  return { command: process.execPath, args: [...process.execArgv, process.argv[1] ?? '', ...args] };
}
