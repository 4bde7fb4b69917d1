import type { ConnectionEncrypter, MessageStream, SecureConnectionOptions, SecuredConnection } from '@libp2p/interface';
import { lpStream } from '@libp2p/utils';
import { deadline, type Doorkeeper, type PeerId } from '@shoal/runtime';
import type { NetworkLimits } from '../defaults.ts';

type Bounds = Pick<NetworkLimits, 'maxGreetingBytes' | 'maxMemberNewsBytes' | 'admissionTimeoutMs'>;

/**
 * An encrypter that asks a doorkeeper before it hands the connection on: both sides show what lets them in, inside
 * the encryption and outside of everything else. Whoever is not admitted has met no multiplexer, no protocol and no
 * peer but this one, and cost one handshake.
 */
export class AdmittingEncrypter<Extension> implements ConnectionEncrypter<Extension> {
  readonly protocol: string;
  readonly #below: ConnectionEncrypter<Extension>;
  readonly #doorkeeper: Doorkeeper;
  readonly #bounds: Bounds;

  constructor(below: ConnectionEncrypter<Extension>, doorkeeper: Doorkeeper, bounds: Bounds) {
    this.protocol = below.protocol;
    this.#below = below;
    this.#doorkeeper = doorkeeper;
    this.#bounds = bounds;
  }

  async secureOutbound(connection: MessageStream, options?: SecureConnectionOptions): Promise<SecuredConnection<Extension>> {
    return this.#admit(await this.#below.secureOutbound(connection, options), options);
  }

  async secureInbound(connection: MessageStream, options?: SecureConnectionOptions): Promise<SecuredConnection<Extension>> {
    return this.#admit(await this.#below.secureInbound(connection, options), options);
  }

  /** First the greetings, then the news: neither side reads more than a greeting of somebody whom it does not know. */
  async #admit(secured: SecuredConnection<Extension>, options: SecureConnectionOptions | undefined): Promise<SecuredConnection<Extension>> {
    const { maxGreetingBytes, maxMemberNewsBytes, admissionTimeoutMs } = this.#bounds;
    const signal = deadline(admissionTimeoutMs, options?.signal);
    const peer = secured.remotePeer.toString() as PeerId;
    try {
      const greetings = lpStream(secured.connection, { maxDataLength: maxGreetingBytes, maxBufferSize: 2 * maxMemberNewsBytes });
      await greetings.write(this.#doorkeeper.greeting(), { signal });
      const shown = await greetings.read({ signal });
      const ours = this.#doorkeeper.admit(peer, shown.subarray());
      const news = lpStream(greetings.unwrap(), { maxDataLength: maxMemberNewsBytes, maxBufferSize: 2 * maxMemberNewsBytes });
      await news.write(ours, { signal });
      const theirs = await news.read({ signal });
      if (theirs.byteLength > 0) this.#doorkeeper.news(peer, theirs.subarray());
      return { ...secured, connection: news.unwrap() };
    } catch (error) {
      secured.connection.abort(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }
}
