/** Everything on the wire that carries the mesh's name, so that peers of two meshes have no word in common. */
export interface Names {
  /** Mixed into the noise handshake: with another mesh it fails before anything is said. */
  handshake: Uint8Array;
  /** Prefix of identify and ping, without slashes at the ends. */
  prefix: string;
  dht: string;
  messages: string;
  dialBack: string;
  stream(protocol: string): string;
  topic(topic: string): string;
  /** Back from what `topic` made; undefined for a topic of another mesh. */
  plainTopic(topic: string): string | undefined;
  mdns: string;
}

export const meshPattern = /^[a-z0-9][a-z0-9-]{0,31}$/;

/** `secret` is a private mesh's own; mixed in as well. */
export function namesOf(mesh: string, secret: Uint8Array = new Uint8Array()): Names {
  const prefix = `shoal/${mesh}`;
  const topics = `/${prefix}/topic/`;
  return {
    handshake: Uint8Array.from([...new TextEncoder().encode(`${prefix}/1`), ...secret]),
    prefix,
    dht: `/${prefix}/kad/1.0.0`,
    messages: `/${prefix}/messages/1.0.0`,
    dialBack: `/${prefix}/dial-back/1.0.0`,
    stream: (protocol) => `/${prefix}/stream${protocol}`,
    topic: (topic) => `${topics}${topic}`,
    plainTopic: (topic) => (topic.startsWith(topics) ? topic.slice(topics.length) : undefined),
    mdns: `_shoal-${mesh}._udp.local`,
  };
}
