import { ShoalError } from '@shoal/runtime';

/** Why a program file cannot be made one that peers run. */
export type ProgramErrorCode = 'program-unreadable' | 'program-too-large' | 'program-untranslatable' | 'engine-unknown';

export class ProgramError extends ShoalError<ProgramErrorCode> {}
