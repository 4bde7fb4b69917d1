/** Codes of the errors that this package throws; docs/ERRORS.md says what to do about each. */
export type WorkloadErrorCode =
  | 'program-unknown'
  | 'program-not-built'
  | 'flights-data-missing'
  | 'flights-data-invalid'
  | 'flights-table-invalid';
