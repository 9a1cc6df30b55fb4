// Addresses of the page: #/ to compose, #/jobs the list, #/jobs/ID one job.

/** What an address shows: {name, id}. */
export function routeOf(hash) {
  const path = hash.replace(/^#/, "") || "/";
  if (path === "/") return { name: "compose" };
  if (path === "/jobs" || path === "/jobs/") return { name: "jobs" };
  const job = /^\/jobs\/([0-9a-f]{32})$/.exec(path);
  return job ? { name: "job", id: job[1] } : { name: "unknown" };
}

/** Calls show with the route now and whenever the address changes. */
export function startRouter(show) {
  addEventListener("hashchange", () => show(routeOf(location.hash)));
  show(routeOf(location.hash));
}

/** The address of a job. */
export function jobAddress(id) {
  return `#/jobs/${id}`;
}
