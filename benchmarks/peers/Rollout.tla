------------------------------- MODULE Rollout -------------------------------
(* A Deployment rolling update for TLC: the model of benchmarks/rollout.py,  *)
(* state for state and step for step.  The configuration is generated.       *)
EXTENDS Integers, FiniteSets, TLC

CONSTANTS
    N,      \* Deployment replicas
    S,      \* maxSurge
    U,      \* maxUnavailable
    Slots,  \* Pod slots, model values
    Nodes,  \* model values
    None,   \* a model value: on no node
    C,      \* Pods a node can hold
    F,      \* readiness flaps
    X,      \* node crashes
    G       \* TRUE when a Pod counts as available only once it is in the endpoints

VARIABLES
    updated,   \* the revision that the Deployment wants is the new one
    replicas,  \* spec.replicas of the two ReplicaSets
    flaps,
    crashes,
    pods

vars == <<updated, replicas, flaps, crashes, pods>>

(* Of the live phases the lower is deleted first. *)
Free == 0
Unscheduled == 1
Bound == 2
NotReady == 3
Ready == 4
Terminating == 5

Empty == [owner |-> "old", node |-> None, phase |-> Free, listed |-> FALSE]

IsLive(p) == pods[p].phase \in Unscheduled .. Ready
IsReady(p) == pods[p].phase = Ready
Live(r) == Cardinality({p \in Slots : pods[p].owner = r /\ IsLive(p)})
Available(r) == Cardinality({p \in Slots : pods[p].owner = r /\ IsReady(p) /\ (G => pods[p].listed)})
Load(n) == Cardinality({p \in Slots : pods[p].node = n})
ReadyPods == Cardinality({p \in Slots : IsReady(p)})
ReadyEndpoints == Cardinality({p \in Slots : IsReady(p) /\ pods[p].listed})

Init ==
    /\ updated = FALSE
    /\ replicas = [old |-> N, new |-> 0]
    /\ flaps = F
    /\ crashes = X
    /\ pods = [p \in Slots |-> Empty]

Trigger ==
    /\ ~updated
    /\ ReadyEndpoints = N
    /\ updated' = TRUE
    /\ UNCHANGED <<replicas, flaps, crashes, pods>>

ScaleUp ==
    /\ updated
    /\ replicas.new < N
    /\ replicas.old + replicas.new < N + S
    /\ replicas' = [replicas EXCEPT !.new = @ + 1]
    /\ UNCHANGED <<updated, flaps, crashes, pods>>

MayScaleDown == updated /\ replicas.old > 0 /\ replicas.old + Available("new") > N - U

ShrinkOld ==
    /\ replicas' = [replicas EXCEPT !.old = @ - 1]
    /\ UNCHANGED <<updated, flaps, crashes, pods>>

ScaleDown == MayScaleDown /\ Available("old") + Available("new") > N - U /\ ShrinkOld

Cleanup == MayScaleDown /\ replicas.old > Available("old") /\ ShrinkOld

Becomes(p, pod) ==
    /\ pods' = [pods EXCEPT ![p] = pod]
    /\ UNCHANGED <<updated, replicas>>

Undisturbed == UNCHANGED <<flaps, crashes>>

Create(r, p) ==
    /\ pods[p] = Empty
    /\ Live(r) < replicas[r]
    /\ Becomes(p, [Empty EXCEPT !.owner = r, !.phase = Unscheduled])
    /\ Undisturbed

Released(p) == [Empty EXCEPT !.listed = pods[p].listed]

Delete(p) ==
    /\ IsLive(p)
    /\ Live(pods[p].owner) > replicas[pods[p].owner]
    /\ \A q \in Slots : pods[q].owner = pods[p].owner /\ IsLive(q) => pods[q].phase >= pods[p].phase
    /\ Becomes(p, IF pods[p].phase = Unscheduled THEN Released(p) ELSE [pods[p] EXCEPT !.phase = Terminating])
    /\ Undisturbed

Bind(p, n) ==
    /\ pods[p].phase = Unscheduled
    /\ Load(n) < C
    /\ Becomes(p, [pods[p] EXCEPT !.phase = Bound, !.node = n])
    /\ Undisturbed

Move(p, before, after) ==
    /\ pods[p].phase = before
    /\ Becomes(p, [pods[p] EXCEPT !.phase = after])

Start(p) == Move(p, Bound, NotReady) /\ Undisturbed

MakeReady(p) == Move(p, NotReady, Ready) /\ Undisturbed

Flap(p) ==
    /\ flaps > 0
    /\ Move(p, Ready, NotReady)
    /\ flaps' = flaps - 1
    /\ UNCHANGED crashes

Finish(p) == pods[p].phase = Terminating /\ Becomes(p, Released(p)) /\ Undisturbed

AddEndpoint(p) ==
    /\ IsReady(p)
    /\ ~pods[p].listed
    /\ Becomes(p, [pods[p] EXCEPT !.listed = TRUE])
    /\ Undisturbed

RemoveEndpoint(p) ==
    /\ ~IsReady(p)
    /\ pods[p].listed
    /\ Becomes(p, [pods[p] EXCEPT !.listed = FALSE])
    /\ Undisturbed

ReadyOn(n) == {p \in Slots : pods[p].node = n /\ IsReady(p)}

(* Not \E: TLC would take the step once for each Pod that is ready there.    *)
Crash(n) ==
    /\ crashes > 0
    /\ ReadyOn(n) # {}
    /\ pods' = [p \in Slots |-> IF p \in ReadyOn(n) THEN [pods[p] EXCEPT !.phase = NotReady] ELSE pods[p]]
    /\ crashes' = crashes - 1
    /\ UNCHANGED <<updated, replicas, flaps>>

Next ==
    \/ Trigger \/ ScaleUp \/ ScaleDown \/ Cleanup
    \/ \E p \in Slots :
        \/ \E r \in {"old", "new"} : Create(r, p)
        \/ Delete(p) \/ Start(p) \/ MakeReady(p) \/ Flap(p) \/ Finish(p) \/ AddEndpoint(p) \/ RemoveEndpoint(p)
        \/ \E n \in Nodes : Bind(p, n)
    \/ \E n \in Nodes : Crash(n)

Spec == Init /\ [][Next]_vars

SpecBound == replicas.old + replicas.new <= N + S
PodBound == Live("old") + Live("new") <= N + S
Avail == F > 0 \/ X > 0 \/ ~updated \/ ReadyPods >= N - U
LiveEp == ~updated \/ ReadyEndpoints > 0

Symmetry == Permutations(Slots) \union Permutations(Nodes)
=============================================================================
