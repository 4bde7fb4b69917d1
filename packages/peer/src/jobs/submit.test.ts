import { describe, expect, it } from 'vitest';
import { createPeer } from '../create-peer.ts';

/** The smallest module that there is. Nobody runs it: no peer has such labels. */
const program = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

describe('a job for peers with labels that nobody has', () => {
  it('is refused where it looks like a typo, unless it shall wait; and posted where it does not', async () => {
    await using peer = await createPeer({ slots: 1, labels: { region: 'eu' } });
    const submit = (where: string, waitForPeers = false): Promise<unknown> => peer.submit({ program, where, waitForPeers, quorum: 1 });
    await expect.poll(() => submit('regoin=eu').catch((error: unknown) => error)).toMatchObject({
      code: 'selector-fits-none',
      message: 'Cannot find a peer for "regoin=eu": no known peer has the label regoin; did you mean region?',
      hint: expect.stringContaining('--wait-for-peers'),
    });
    const posted = peer.jobs().length; // before its own advert was there nobody was known
    await expect(submit('region=ue')).rejects.toMatchObject({ code: 'selector-fits-none' });
    await expect(submit('region=(')).rejects.toMatchObject({ code: 'selector-invalid' });
    expect(peer.jobs()).toHaveLength(posted);
    const job = await peer.submit({ program, where: 'regoin=eu', waitForPeers: true, quorum: 1 });
    expect(job.view().waiting.map(({ code }) => code)).toEqual(['label-unknown']);
    const other = await peer.submit({ program, where: 'region=us', quorum: 1 });
    expect(other.view().waiting).toEqual([{ code: 'label-fits-none', text: 'region=us does not fit the one known peer; it has region=eu' }]);
  });
});
