-- name: insert_move
insert into purchase_move (holder_id, op_id, purchase_id, earned_by, to_holder, to_op)
values (
  :holder::uuid, :op::uuid, :purchase::uuid, :earned_by::uuid, :to_holder::uuid, :to_op::uuid)
