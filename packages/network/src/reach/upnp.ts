import { uPnPNAT } from '@libp2p/upnp-nat';

/** What the router shows beside the port that it forwards. */
const description = 'shoal';

/**
 * Asks the router to forward the ports that this peer listens on, and lets go of them at the end. What it maps is told to
 * others at once; whether it leads here, those who dial back say.
 */
export const portMapping = (): ReturnType<typeof uPnPNAT> => uPnPNAT({ autoConfirmAddress: true, portMappingDescription: description });
