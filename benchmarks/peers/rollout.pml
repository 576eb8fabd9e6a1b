/*
 * A Deployment rolling update for SPIN: the model of benchmarks/rollout.py, state for state and step for step.
 *
 *     spin -a -DN=3 -DS=1 -DU=1 -DP=4 -DK=3 -DC=2 -DF=1 -DX=0 -DG=1 -DCHECK_SPEC_BOUND ... rollout.pml
 *
 * N replicas, S maxSurge, U maxUnavailable, P Pod slots (1 to 8), K nodes (1 to 4) that hold C Pods each, F readiness
 * flaps, X node crashes, G 1 when a Pod counts as available only once it is in the endpoints. An invariant is checked
 * where its CHECK_ name is defined.
 *
 * One process and one d_step for each instance of an action, so that SPIN stores exactly the model's states and counts
 * exactly its transitions, plus one for the initial state.
 */

#if P == 1
#define EACH_POD_WITH(A, x) A(0, x)
#define SUM(A, x) (A(0, x))
#elif P == 2
#define EACH_POD_WITH(A, x) A(0, x) A(1, x)
#define SUM(A, x) (A(0, x) + A(1, x))
#elif P == 3
#define EACH_POD_WITH(A, x) A(0, x) A(1, x) A(2, x)
#define SUM(A, x) (A(0, x) + A(1, x) + A(2, x))
#elif P == 4
#define EACH_POD_WITH(A, x) A(0, x) A(1, x) A(2, x) A(3, x)
#define SUM(A, x) (A(0, x) + A(1, x) + A(2, x) + A(3, x))
#elif P == 5
#define EACH_POD_WITH(A, x) A(0, x) A(1, x) A(2, x) A(3, x) A(4, x)
#define SUM(A, x) (A(0, x) + A(1, x) + A(2, x) + A(3, x) + A(4, x))
#elif P == 6
#define EACH_POD_WITH(A, x) A(0, x) A(1, x) A(2, x) A(3, x) A(4, x) A(5, x)
#define SUM(A, x) (A(0, x) + A(1, x) + A(2, x) + A(3, x) + A(4, x) + A(5, x))
#elif P == 7
#define EACH_POD_WITH(A, x) A(0, x) A(1, x) A(2, x) A(3, x) A(4, x) A(5, x) A(6, x)
#define SUM(A, x) (A(0, x) + A(1, x) + A(2, x) + A(3, x) + A(4, x) + A(5, x) + A(6, x))
#elif P == 8
#define EACH_POD_WITH(A, x) A(0, x) A(1, x) A(2, x) A(3, x) A(4, x) A(5, x) A(6, x) A(7, x)
#define SUM(A, x) (A(0, x) + A(1, x) + A(2, x) + A(3, x) + A(4, x) + A(5, x) + A(6, x) + A(7, x))
#else
#error "P must be 1 to 8"
#endif

/* Node 0 is none. */
#if K == 1
#define EACH_NODE(A) A(1)
#define EACH_NODE_AFTER(A, p) A(p, 1)
#elif K == 2
#define EACH_NODE(A) A(1) A(2)
#define EACH_NODE_AFTER(A, p) A(p, 1) A(p, 2)
#elif K == 3
#define EACH_NODE(A) A(1) A(2) A(3)
#define EACH_NODE_AFTER(A, p) A(p, 1) A(p, 2) A(p, 3)
#elif K == 4
#define EACH_NODE(A) A(1) A(2) A(3) A(4)
#define EACH_NODE_AFTER(A, p) A(p, 1) A(p, 2) A(p, 3) A(p, 4)
#else
#error "K must be 1 to 4"
#endif

#define APPLY(p, A) A(p)
#define EACH_POD(A) EACH_POD_WITH(APPLY, A)

#define OLD 0
#define NEW 1

/* Of the live phases, UNSCHEDULED to READY, the lower is deleted first. */
#define FREE        0
#define UNSCHEDULED 1
#define BOUND       2
#define NOT_READY   3
#define READY       4
#define TERMINATING 5

bit updated;            /* the revision that the Deployment wants */
byte old_replicas = N;
byte new_replicas;
byte flaps = F;
byte crashes = X;
byte pods[P];           /* one byte each, SPIN's cheapest: phase, owner, whether the endpoints list it, node */

#define POD(phase, owner, listed, node) ((phase) | (owner) << 3 | (listed) << 4 | (node) << 5)
#define PHASE(p)    (pods[p] & 7)
#define OWNER(p)    (pods[p] >> 3 & 1)
#define LISTED(p)   (pods[p] >> 4 & 1)
#define NODE(p)     (pods[p] >> 5)
#define REPLICAS(r) ((r) == OLD -> old_replicas : new_replicas)

#define LIVE(p)              (PHASE(p) >= UNSCHEDULED && PHASE(p) <= READY)
#define LIVE_OF(p, r)        (OWNER(p) == (r) && LIVE(p))
#define READY_OF(p, r)       (OWNER(p) == (r) && PHASE(p) == READY && (G == 0 || LISTED(p)))
#define IN_PHASE(p, phase)   (PHASE(p) == (phase))
#define ON_NODE(p, n)        (NODE(p) == (n))
#define READY_ON(p, n)       (NODE(p) == (n) && PHASE(p) == READY)
#define READY_LISTED(p, yes) (PHASE(p) == READY && LISTED(p) == (yes))
#define LOWER(q, p)          (OWNER(q) == OWNER(p) && LIVE(q) && PHASE(q) < PHASE(p))

#define live(r)           SUM(LIVE_OF, r)
#define available(r)      SUM(READY_OF, r)
#define load(n)           SUM(ON_NODE, n)
#define ready()           SUM(IN_PHASE, READY)
#define ready_endpoints() SUM(READY_LISTED, 1)
#define may_scale_down()  (updated && old_replicas > 0 && old_replicas + available(NEW) > N - U)

#define MOVE(p, phase) pods[p] = (pods[p] & ~7) | (phase)

#define CREATE(p, r) \
    :: d_step { pods[p] == POD(FREE, OLD, 0, 0) && live(r) < REPLICAS(r) -> pods[p] = POD(UNSCHEDULED, r, 0, 0) }
#define CREATE_EITHER(p) CREATE(p, OLD) CREATE(p, NEW)

#define DELETE(p) \
    :: d_step { LIVE(p) && live(OWNER(p)) > REPLICAS(OWNER(p)) && SUM(LOWER, p) == 0 -> \
        if \
        :: PHASE(p) == UNSCHEDULED -> pods[p] = POD(FREE, OLD, LISTED(p), 0) \
        :: else -> MOVE(p, TERMINATING) \
        fi }

#define BIND(p, n) \
    :: d_step { PHASE(p) == UNSCHEDULED && load(n) < C -> pods[p] = POD(BOUND, OWNER(p), LISTED(p), n) }
#define BIND_ANYWHERE(p) EACH_NODE_AFTER(BIND, p)

#define START(p)           :: d_step { PHASE(p) == BOUND -> MOVE(p, NOT_READY) }
#define MAKE_READY(p)      :: d_step { PHASE(p) == NOT_READY -> MOVE(p, READY) }
#define FLAP(p)            :: d_step { flaps > 0 && PHASE(p) == READY -> MOVE(p, NOT_READY); flaps-- }
#define FINISH(p)          :: d_step { PHASE(p) == TERMINATING -> pods[p] = POD(FREE, OLD, LISTED(p), 0) }
#define ADD_ENDPOINT(p)    :: d_step { PHASE(p) == READY && !LISTED(p) -> pods[p] = pods[p] | 16 }
#define REMOVE_ENDPOINT(p) :: d_step { PHASE(p) != READY && LISTED(p) -> pods[p] = pods[p] & ~16 }

#define FAIL(p, n) if :: READY_ON(p, n) -> MOVE(p, NOT_READY) :: else fi;
#define CRASH(n)   :: d_step { crashes > 0 && SUM(READY_ON, n) > 0 -> EACH_POD_WITH(FAIL, n) crashes-- }

active proctype rollout() {
    do
    :: d_step { !updated && ready_endpoints() == N -> updated = 1 }
    :: d_step { updated && new_replicas < N && old_replicas + new_replicas < N + S -> new_replicas++ }
    :: d_step { may_scale_down() && available(OLD) + available(NEW) > N - U -> old_replicas-- }
    :: d_step { may_scale_down() && old_replicas > available(OLD) -> old_replicas-- }
    EACH_POD(CREATE_EITHER)
    EACH_POD(DELETE)
    EACH_POD(BIND_ANYWHERE)
    EACH_POD(START)
    EACH_POD(MAKE_READY)
    EACH_POD(FLAP)
    EACH_POD(FINISH)
    EACH_POD(ADD_ENDPOINT)
    EACH_POD(REMOVE_ENDPOINT)
    EACH_NODE(CRASH)
#ifdef CHECK_SPEC_BOUND
    :: d_step { old_replicas + new_replicas > N + S -> c_code { uerror("SpecBound violated"); } }
#endif
#ifdef CHECK_POD_BOUND
    :: d_step { live(OLD) + live(NEW) > N + S -> c_code { uerror("PodBound violated"); } }
#endif
#ifdef CHECK_AVAIL
    :: d_step { F == 0 && X == 0 && updated && ready() < N - U -> c_code { uerror("Avail violated"); } }
#endif
#ifdef CHECK_LIVE_EP
    :: d_step { updated && ready_endpoints() == 0 -> c_code { uerror("LiveEp violated"); } }
#endif
    od
}
