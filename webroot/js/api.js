// The server's API. Every failure is an ApiError whose message is meant for people.

const ROOT = "/api/v1";

export class ApiError extends Error {
  /** @param status HTTP's, 0 where the server was not reached */
  constructor(message, status, code, details) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** What is called when the server wants the key: set by whoever shows the sign-in form. */
let onSignInNeeded = () => {};
export function whenSignInIsNeeded(callback) {
  onSignInNeeded = callback;
}

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(ROOT + path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new ApiError("The server cannot be reached. Does it run?", 0, "unreachable");
  }
  const answer = await asJson(response);
  if (response.ok) return answer;
  throw refused(response.status, answer);
}

async function asJson(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

function refused(status, answer) {
  const error = new ApiError(
    answer?.error || `The server answered with ${status}.`,
    status,
    answer?.code || "",
    answer?.details,
  );
  if (status === 401) onSignInNeeded();
  return error;
}

export const submitJob = (request) => call("POST", "/jobs", request);
export const listJobs = (limit, before) =>
  call("GET", `/jobs?limit=${limit}${before === undefined ? "" : `&before=${before}`}`);
export const getJob = (id) => call("GET", `/jobs/${id}`);
/** Cancels a job that runs, forgets one that has ended. */
export const deleteJob = (id) => call("DELETE", `/jobs/${id}`);
export const getSamples = () => call("GET", "/samples");
export const getSystem = () => call("GET", "/system");
/** {keyRequired, signedIn} */
export const getSession = () => call("GET", "/session");
export const signIn = (key) => call("POST", "/session", { key });
export const signOut = () => call("DELETE", "/session");
export const eventsAddress = (id) => `${ROOT}/jobs/${id}/events`;
export const filmAddress = (id) => `${ROOT}/jobs/${id}/compilation.mp4`;

/**
 * Sends a file. XMLHttpRequest, because fetch does not tell how far an upload is.
 *
 * @param onProgress called with a share between 0 and 1
 * @returns a promise of the server's answer, with a function that breaks it off
 */
export function upload(file, onProgress) {
  const request = new XMLHttpRequest();
  const done = new Promise((resolve, reject) => {
    request.open("POST", `${ROOT}/uploads?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () =>
      request.status < 300 ? resolve(request.response) : reject(refused(request.status, request.response));
    request.onerror = () => reject(new ApiError("The connection broke off.", 0, "unreachable"));
    request.onabort = () => reject(new ApiError("Broken off.", 0, "aborted"));
    request.send(file);
  });
  return { done, abort: () => request.abort() };
}
