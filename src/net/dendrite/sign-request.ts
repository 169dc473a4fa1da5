import type { RequestHead } from '../gen/bittensor.js';
import { type EncodedTensors, type HeadContent, signHead } from '../wire/messages.js';
import type { Dialer } from './dialer.js';
import type { LinkContext } from './links.js';

/** A head for the peer of `dialer`, signed with a nonce of its own. */
export function signRequest(
  { signer, network, nonces }: LinkContext,
  { hotkey, hotkeyText }: Dialer,
  content: HeadContent,
  tensors: EncodedTensors,
): RequestHead {
  const nonce = nonces.next(hotkeyText);
  return signHead(signer, { ...content, receiver: hotkey, network, nonce, digest: tensors.digest() });
}
