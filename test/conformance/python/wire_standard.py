"""An axon as the standard clients of gRPC see it: wire_standard.py PORT; prints what health and reflection say as JSON."""

import json
import sys

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

channel = grpc.insecure_channel(f'127.0.0.1:{sys.argv[1]}')
health = health_pb2_grpc.HealthStub(channel)


def status(service):
    try:
        reply = health.Check(health_pb2.HealthCheckRequest(service=service), timeout=10)
        return health_pb2.HealthCheckResponse.ServingStatus.Name(reply.status)
    except grpc.RpcError as error:
        return error.code().name


watch = health.Watch(health_pb2.HealthCheckRequest(service=''), timeout=10)
watched = health_pb2.HealthCheckResponse.ServingStatus.Name(next(watch).status)
watch.cancel()
database = ProtoReflectionDescriptorDatabase(channel)
pool = DescriptorPool(database)
service = pool.FindServiceByName('Bittensor')
message = pool.FindMessageTypeByName('TensorMessage')
print(
    json.dumps(
        {
            'health': [status(''), status('Bittensor'), status('Nobody')],
            'watched': watched,
            'services': sorted(database.get_services()),
            'methods': [method.name for method in service.methods],
            'fields': {field.name: field.number for field in message.fields},
        }
    )
)
