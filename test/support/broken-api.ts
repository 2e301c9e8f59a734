/** What the API answers when something of its own is broken; for `route.fulfill`. */
export const BROKEN = {
  status: 500,
  json: {
    code: 500,
    name: 'Internal Server Error',
    description: 'Something broke.',
    error: 'internal.error',
    request_id: 'req_of_the_failure',
  },
};
