-- A Deployment rolling update for Murphi (rumur): the model of benchmarks/rollout.py, state for state and step for step.
--
-- The constants stand before this text, generated: N replicas, S max_surge, U max_unavailable, P Pod slots, K nodes that
-- hold C Pods each, F readiness flaps, X node crashes, G 1 when a Pod counts as available only once it is in the
-- endpoints; and for each invariant whether it is checked, 1 or 0.
--
-- Pod slots and nodes are scalarsets: both are interchangeable, and rumur may permute them.

-- Of the live phases, unscheduled to is_ready, the lower is deleted first.
const
  free: 0;
  unscheduled: 1;
  bound: 2;
  not_ready: 3;
  is_ready: 4;
  terminating: 5;

type
  pod_slot: scalarset(P);
  node_slot: scalarset(K);
  revision: enum {old, new};
  phase: free .. terminating;
  pod: record
    owner: revision;
    node: node_slot; -- undefined: on no node
    phase: phase;
    listed: boolean; -- the endpoints list it
  end;

var
  updated: boolean; -- the revision that the Deployment wants is the new one
  replicas: array [revision] of 0 .. N;
  flaps: 0 .. F;
  crashes: 0 .. X;
  pods: array [pod_slot] of pod;

function is_live(p: pod_slot): boolean;
begin
  return pods[p].phase != free & pods[p].phase != terminating;
end;

function live(r: revision): 0 .. P;
var count: 0 .. P;
begin
  count := 0;
  for p: pod_slot do
    if pods[p].owner = r & is_live(p) then count := count + 1; end;
  end;
  return count;
end;

function available(r: revision): 0 .. P;
var count: 0 .. P;
begin
  count := 0;
  for p: pod_slot do
    if pods[p].owner = r & pods[p].phase = is_ready & (G = 0 | pods[p].listed) then count := count + 1; end;
  end;
  return count;
end;

function ready(): 0 .. P;
var count: 0 .. P;
begin
  count := 0;
  for p: pod_slot do
    if pods[p].phase = is_ready then count := count + 1; end;
  end;
  return count;
end;

function ready_endpoints(): 0 .. P;
var count: 0 .. P;
begin
  count := 0;
  for p: pod_slot do
    if pods[p].phase = is_ready & pods[p].listed then count := count + 1; end;
  end;
  return count;
end;

function is_on(p: pod_slot; n: node_slot): boolean;
begin
  if isundefined(pods[p].node) then return false; end;
  return pods[p].node = n;
end;

function load(n: node_slot): 0 .. P;
var count: 0 .. P;
begin
  count := 0;
  for p: pod_slot do
    if is_on(p, n) then count := count + 1; end;
  end;
  return count;
end;

function may_scale_down(): boolean;
begin
  return updated & replicas[old] > 0 & replicas[old] + available(new) > N - U;
end;

procedure release(p: pod_slot);
begin
  pods[p].phase := free;
  pods[p].owner := old;
  undefine pods[p].node;
end;

startstate
begin
  updated := false;
  replicas[old] := N;
  replicas[new] := 0;
  flaps := F;
  crashes := X;
  for p: pod_slot do
    release(p);
    pods[p].listed := false;
  end;
end;

rule "trigger" !updated & ready_endpoints() = N ==>
begin
  updated := true;
end;

rule "scale_up" updated & replicas[new] < N & replicas[old] + replicas[new] < N + S ==>
begin
  replicas[new] := replicas[new] + 1;
end;

rule "scale_down" may_scale_down() & available(old) + available(new) > N - U ==>
begin
  replicas[old] := replicas[old] - 1;
end;

rule "cleanup" may_scale_down() & replicas[old] > available(old) ==>
begin
  replicas[old] := replicas[old] - 1;
end;

ruleset r: revision; p: pod_slot do
  rule "create" pods[p].phase = free & !pods[p].listed & live(r) < replicas[r] ==>
  begin
    pods[p].owner := r;
    pods[p].phase := unscheduled;
  end;
end;

ruleset p: pod_slot do
  rule "delete"
    is_live(p) & live(pods[p].owner) > replicas[pods[p].owner]
    & !exists q: pod_slot do pods[q].owner = pods[p].owner & is_live(q) & pods[q].phase < pods[p].phase end
  ==>
  begin
    if pods[p].phase = unscheduled then release(p); else pods[p].phase := terminating; end;
  end;

  rule "start" pods[p].phase = bound ==>
  begin
    pods[p].phase := not_ready;
  end;

  rule "make_ready" pods[p].phase = not_ready ==>
  begin
    pods[p].phase := is_ready;
  end;

  rule "flap" pods[p].phase = is_ready & flaps > 0 ==>
  begin
    pods[p].phase := not_ready;
    flaps := flaps - 1;
  end;

  rule "finish" pods[p].phase = terminating ==>
  begin
    release(p);
  end;

  rule "add_endpoint" pods[p].phase = is_ready & !pods[p].listed ==>
  begin
    pods[p].listed := true;
  end;

  rule "remove_endpoint" pods[p].phase != is_ready & pods[p].listed ==>
  begin
    pods[p].listed := false;
  end;
end;

ruleset p: pod_slot; n: node_slot do
  rule "bind" pods[p].phase = unscheduled & load(n) < C ==>
  begin
    pods[p].phase := bound;
    pods[p].node := n;
  end;
end;

ruleset n: node_slot do
  rule "crash" crashes > 0 & exists p: pod_slot do is_on(p, n) & pods[p].phase = is_ready end ==>
  begin
    for p: pod_slot do
      if is_on(p, n) & pods[p].phase = is_ready then pods[p].phase := not_ready; end;
    end;
    crashes := crashes - 1;
  end;
end;

invariant "SpecBound" CHECK_SPEC_BOUND = 0 | replicas[old] + replicas[new] <= N + S;
invariant "PodBound" CHECK_POD_BOUND = 0 | live(old) + live(new) <= N + S;
invariant "Avail" CHECK_AVAIL = 0 | F > 0 | X > 0 | !updated | ready() >= N - U;
invariant "LiveEp" CHECK_LIVE_EP = 0 | !updated | ready_endpoints() > 0;
