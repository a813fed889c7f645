import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { guardIdempotentProducers } from './idempotent-producers.ts';
import { frame, int16, int32 } from './kafka-bytes.ts';

/** An InitProducerId request. @param transactionalId as its version writes it */
function initProducerId(version: number, correlationId: number, transactionalId: number[]): Buffer {
  const tags = Buffer.from(version < 2 ? [] : [0]);
  const header = [int16(22), int16(version), int32(correlationId), int16(2), Buffer.from('me'), tags];
  return frame(...header, Buffer.from(transactionalId), int32(60_000), tags);
}

/** What the broker gets of a client's messages, and the client of the broker's. */
async function pass(mayHaveId: boolean, sent: Buffer[], answered: Buffer[]) {
  let refusals = 0;
  const { requests, responses } = guardIdempotentProducers(
    () => mayHaveId,
    () => (refusals += 1),
  );
  requests.end(Buffer.concat(sent));
  const arrived = await buffer(requests);
  responses.end(Buffer.concat(answered));
  return { arrived, received: await buffer(responses), refusals };
}

const fetch = frame(int16(1), int16(11), int32(6), int16(-1), Buffer.from('topics'));
const answerTo = (correlationId: number) => frame(int32(correlationId), Buffer.from('an answer'));
const CLUSTER_AUTHORIZATION_FAILED = [0, 31];
const NO_ID = [...Array<number>(8).fill(0xff), 0xff, 0xff];

describe('the request for the id of an idempotent producer', () => {
  it.each([
    ['version 1', 1, [0xff, 0xff], [0, 0, 0, 7, 0, 0, 0, 0, ...CLUSTER_AUTHORIZATION_FAILED, ...NO_ID]],
    ['version 4', 4, [0], [0, 0, 0, 7, 0, 0, 0, 0, 0, ...CLUSTER_AUTHORIZATION_FAILED, ...NO_ID, 0]],
  ])('is refused in %s, between the responses to its neighbours', async (_, version, none, refusal) => {
    const sent = [fetch, initProducerId(version, 7, none), fetch];
    const { arrived, received, refusals } = await pass(false, sent, [answerTo(6), answerTo(7), answerTo(8)]);
    // The broker is asked for its versions instead, which responds and changes nothing.
    const instead = frame(int16(18), int16(0), int32(7), int16('sign-in'.length), Buffer.from('sign-in'));
    expect(arrived).toEqual(Buffer.concat([fetch, instead, fetch]));
    expect(received).toEqual(Buffer.concat([answerTo(6), frame(Buffer.from(refusal)), answerTo(8)]));
    expect(refusals).toBe(1);
  });

  it.each([
    ['of who may have it', true, initProducerId(4, 7, [0])],
    ['of a transactional producer, version 1', false, initProducerId(1, 7, [0, 1, 0x74])],
    ['of a transactional producer, version 4', false, initProducerId(4, 7, [2, 0x74])],
  ])('passes as it is: %s', async (_, mayHaveId, request) => {
    const { arrived, received, refusals } = await pass(mayHaveId, [request], [answerTo(7)]);
    expect(arrived).toEqual(request);
    expect(received).toEqual(answerTo(7));
    expect(refusals).toBe(0);
  });
});
