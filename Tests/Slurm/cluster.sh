#!/bin/sh
# A Slurm cluster of two nodes on this machine, for tests: no privileges, no munge, no accounts.
#   cluster.sh start DIRECTORY   prints the variable that clients need; DIRECTORY should not be there yet
#   cluster.sh stop DIRECTORY
#   cluster.sh controller stop|start DIRECTORY
#   cluster.sh node kill|start NAME DIRECTORY
set -eu

usage() { sed -n '2,6p' "$0" >&2; exit 64; }

configure() {
  user=$(id -un)
  base=$((20000 + $$ % 20000))
  for number in 0 1 2 3 4 5 6 7; do : > "$1/device$number"; done
  cat > "$1/slurm.conf" << CONF
ClusterName=windtunnel
SlurmctldHost=localhost
SlurmctldPort=$base
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/none
CredType=cred/none
AuthInfo=cred_expire=5
SchedulerParameters=sched_interval=1,sched_min_interval=0,bf_interval=1,batch_sched_delay=0,requeue_setup_env_fail
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=5
JobRequeue=1
MaxArraySize=2001
MaxJobCount=20000
MinJobAge=300
SlurmdTimeout=10
MessageTimeout=10
SlurmctldPidFile=$1/controller.pid
SlurmdPidFile=$1/%n.pid
SlurmdSpoolDir=$1/spool-%n
StateSaveLocation=$1/state
SlurmctldLogFile=$1/controller.log
SlurmdLogFile=$1/%n.log
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
GresTypes=gpu
NodeName=n1 NodeHostname=localhost NodeAddr=127.0.0.1 Port=$((base + 1)) CPUs=16 RealMemory=64000 Gres=gpu:8 State=UNKNOWN
NodeName=n2 NodeHostname=localhost NodeAddr=127.0.0.1 Port=$((base + 2)) CPUs=16 RealMemory=64000 Gres=gpu:8 State=UNKNOWN
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
CONF
  echo "NodeName=n1,n2 Name=gpu File=$1/device[0-7]" > "$1/gres.conf"
}

start_controller() { slurmctld -f "$1/slurm.conf" < /dev/null > "$1/start.log" 2>&1; }
start_node() { slurmd -N "$2" -f "$1/slurm.conf" < /dev/null >> "$1/start.log" 2>&1; }

# Kills by the file of a process number, and waits until it is gone.
end() {
  [ -e "$2" ] || return 0
  process=$(cat "$2")
  kill "-$1" "$process" 2> /dev/null || return 0
  for _ in $(seq 100); do
    state=$(cut -d' ' -f3 "/proc/$process/stat" 2> /dev/null || echo Z)
    [ "$state" = Z ] && return 0
    sleep 0.1
  done
  kill -KILL "$process" 2> /dev/null || true
}

[ $# -ge 2 ] || usage
case "$1" in
start)
  mkdir -p "$2/state" "$2/spool-n1" "$2/spool-n2"
  configure "$2"
  start_controller "$2"
  start_node "$2" n1
  start_node "$2" n2
  for _ in $(seq 100); do
    idle=$(SLURM_CONF="$2/slurm.conf" sinfo --noheader --format=%T --Node 2> /dev/null | grep -c idle || true)
    if [ "$idle" = 2 ]; then
      echo "SLURM_CONF=$2/slurm.conf"
      exit 0
    fi
    sleep 0.2
  done
  cat "$2"/*.log >&2
  exit 69
  ;;
stop) for name in n1 n2 controller; do end KILL "$2/$name.pid"; done ;;
controller)
  [ $# = 3 ] || usage
  if [ "$2" = stop ]; then end TERM "$3/controller.pid"; else start_controller "$3"; fi
  ;;
node)
  [ $# = 4 ] || usage
  if [ "$2" = kill ]; then end KILL "$4/$3.pid"; else start_node "$4" "$3"; fi
  ;;
*) usage ;;
esac
