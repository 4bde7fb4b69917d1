import { ShoalError, type ShoalErrorOptions } from '@shoal/runtime';

/** What the daemon and the command can fail with; docs/ERRORS.md lists what to do about each. */
export type NodeErrorCode =
  | 'usage'
  | 'peer-not-running'
  | 'peer-already-running'
  | 'data-dir-unusable'
  | 'socket-unusable'
  | 'metrics-port-taken'
  | 'api-request-invalid'
  | 'api-request-too-large'
  | 'api-route-unknown'
  | 'api-answer-invalid'
  | 'file-missing'
  | 'file-unreadable'
  | 'authority-exposed'
  | 'authority-damaged'
  | 'output-unwritable'
  | 'output-path-unsafe'
  | 'job-incomplete'
  | 'test-failed'
  | 'engine-not-installed'
  | 'interrupted'
  | 'child-failed'
  | 'demo-wrong'
  | 'demo-deadline'
  | 'demo-no-room';

export class NodeError extends ShoalError<NodeErrorCode> {
  constructor(code: NodeErrorCode, message: string, options: ShoalErrorOptions = {}) {
    super(code, message, options);
    this.name = 'NodeError';
  }
}
