import { ShoalError } from '@shoal/runtime';

/** What a peer's owner lets run outside WebAssembly. Absent or empty: nothing. */
export interface AllowedOutside {
  /** Executables, by a name for people, with the SHA-256 of their bytes in hexadecimal. */
  native?: Readonly<Record<string, string>> | undefined;
  /** Images, each by its digest: `IMAGE@sha256:…`. */
  containers?: readonly string[] | undefined;
}

const sha256Pattern = /^[0-9a-f]{64}$/;
/** A reference as container engines have it; no word of it can be taken for an option. */
const imagePattern = /^[a-z0-9][a-z0-9._:/-]{0,255}@sha256:[0-9a-f]{64}$/;

export const isImage = (text: string): boolean => imagePattern.test(text);

/** Fails with `allowance-invalid` where something is allowed by less than a digest. */
export function checkAllowed({ native = {}, containers = [] }: AllowedOutside): void {
  for (const [name, digest] of Object.entries(native)) {
    if (sha256Pattern.test(digest)) continue;
    throw new ShoalError('allowance-invalid', `Cannot allow the native program ${name} by "${digest}": expected its SHA-256, 64 lower-case hexadecimal digits`, {
      hint: 'sha256sum FILE prints it.',
    });
  }
  for (const image of containers) {
    if (isImage(image)) continue;
    throw new ShoalError('allowance-invalid', `Cannot allow the container image "${image}": expected IMAGE@sha256: and 64 lower-case hexadecimal digits`, {
      hint: '`podman image inspect --format {{.RepoDigests}} IMAGE` (or docker) prints it.',
    });
  }
}
