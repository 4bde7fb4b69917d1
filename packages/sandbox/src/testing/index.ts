export { conformanceCases, type ConformanceCase, type ConformanceSubject, type Dialect } from './conformance.ts';
export { compileAssemblyScript, compileOnce, probeProgram } from './probe.ts';
export { execute, fileInput, memoryInput, usualLimits, type RequestOptions } from './request.ts';
