/** What may go wrong with a request while content moves: each is injected at each kind of request. */
export const moveFaults = [
    { kind: "status", status: 429, headers: { "retry-after": "1" } },
    { kind: "status", status: 503 },
    { kind: "status", status: 500, afterEffect: true },
    { kind: "drop", when: "before" },
    { kind: "drop", when: "after" },
    { kind: "truncate" },
    { kind: "body", body: "<html>garbage</html>" },
] as const;
