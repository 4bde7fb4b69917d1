import type { Stream } from '@libp2p/interface';

/** The same stream, whose bytes both ways are told to `pass`; it is cut when that says no. */
export function metered(stream: Stream, pass: (bytes: number) => boolean): Stream {
  const count = (bytes: number): void => {
    if (!pass(bytes) && stream.status === 'open') stream.abort(new Error('relayed as much as it may'));
  };
  stream.addEventListener('message', ({ data }) => count(data.byteLength));
  const send: Stream['send'] = (data) => {
    const { byteLength } = data;
    const more = stream.send(data);
    count(byteLength);
    return more;
  };
  return new Proxy(stream, { get: (target, key) => (key === 'send' ? send : valueOf(target, key)) });
}

function valueOf(target: Stream, key: string | symbol): unknown {
  const value: unknown = Reflect.get(target, key, target);
  return typeof value === 'function' ? value.bind(target) : value;
}
