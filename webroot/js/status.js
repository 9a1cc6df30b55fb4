// The words for a job's status.

const NAMES = { processing: "Running", completed: "Done", error: "Failed", cancelled: "Cancelled" };

/** Shows the status in a badge. */
export function showStatus(badge, status) {
  badge.dataset.status = status;
  badge.textContent = NAMES[status] || status;
}
