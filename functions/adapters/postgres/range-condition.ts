/** The key of a row's user, as `keyOf` gives it. */
export const USER_KEY = 'upper(left(user_id, 3) COLLATE "C")';

/** Whether a row's user belongs to a range, whose `halfOpen` form is the statement's first two parameters. */
export const IN_RANGE = `(${USER_KEY} >= $1 AND ($2::text IS NULL OR ${USER_KEY} < $2))`;
