/**
 * How many connections an execution environment may hold to a shard. It works on one event at a time, and asks each shard
 * one thing after the other, so that it never needs a second one. The worst case that a shard has to bear is this number
 * times the environments of all functions, which infra computes. One that is given up may take a moment to be gone.
 */
export const CONNECTIONS_PER_SHARD = 1;
