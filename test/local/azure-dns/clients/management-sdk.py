# Drives the endpoint in the environment with Azure's management SDK for Python, and fails where it is not as Azure is.
import os
import ssl
import sys
import urllib.request

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.identity import ClientSecretCredential
from azure.mgmt.dns import DnsManagementClient

ENDPOINT = os.environ["AZURE_DNS_ENDPOINT"]
GROUP = os.environ["AZURE_DNS_GROUP"]
ZONE = "python.test"


def client() -> DnsManagementClient:
    credential = ClientSecretCredential(
        tenant_id=os.environ["AZURE_TENANT_ID"],
        client_id=os.environ["AZURE_CLIENT_ID"],
        client_secret=os.environ["AZURE_CLIENT_SECRET"],
        authority=ENDPOINT,
        disable_instance_discovery=True,
    )
    return DnsManagementClient(
        credential,
        os.environ["AZURE_SUBSCRIPTION_ID"],
        base_url=ENDPOINT,
        credential_scopes=[f"{ENDPOINT}/.default"],
    )


def refused(status: int, code: str, call) -> None:
    try:
        call()
    except HttpResponseError as error:
        assert error.status_code == status, error
        assert error.error is not None and error.error.code == code, error
    else:
        raise AssertionError(f"not refused with {status}")


SETS = {
    "A": {"a_records": [{"ipv4_address": "192.0.2.1"}, {"ipv4_address": "192.0.2.2"}]},
    "AAAA": {"aaaa_records": [{"ipv6_address": "2001:db8::1"}]},
    "CAA": {"caa_records": [{"flags": 0, "tag": "issue", "value": "ca.example"}]},
    "CNAME": {"cname_record": {"cname": "www.elsewhere.example"}},
    "MX": {"mx_records": [{"preference": 10, "exchange": "mail.example"}]},
    "NS": {"ns_records": [{"nsdname": "ns.example."}]},
    "PTR": {"ptr_records": [{"ptrdname": "host.example"}]},
    "SRV": {"srv_records": [{"priority": 1, "weight": 2, "port": 3, "target": "srv.example"}]},
    "TXT": {"txt_records": [{"value": ["one", "two"]}]},
}


def certificate(_: DnsManagementClient) -> None:
    # What Python does by itself from 3.13 on.
    context = ssl.create_default_context(cafile=os.environ["REQUESTS_CA_BUNDLE"])
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    urllib.request.urlopen(f"{ENDPOINT}/common/discovery/instance", context=context).close()


def zones(dns: DnsManagementClient) -> None:
    zone = dns.zones.create_or_update(GROUP, ZONE, {"location": "global", "tags": {"team": "a"}}, if_none_match="*")
    assert (zone.name, zone.number_of_record_sets, len(zone.name_servers)) == (ZONE, 2, 4), zone
    refused(412, "PreconditionFailed", lambda: dns.zones.create_or_update(GROUP, ZONE, {"location": "global"}, if_none_match="*"))
    changed = dns.zones.update(GROUP, ZONE, {"tags": {"team": "b"}})
    assert changed.tags == {"team": "b"} and changed.etag != zone.etag
    assert ZONE in [each.name for each in dns.zones.list()]
    assert ZONE in [each.name for each in dns.zones.list_by_resource_group(GROUP)]


def record_sets(dns: DnsManagementClient) -> None:
    for kind, records in SETS.items():
        key = (GROUP, ZONE, f"of-{kind.lower()}", kind)
        body = {"ttl": 300, "metadata": {"owner": "me"}, **records}
        created = dns.record_sets.create_or_update(*key, body, if_none_match="*")
        assert created.fqdn == f"of-{kind.lower()}.{ZONE}." and created.ttl == 300, created
        assert created.metadata == {"owner": "me"} and created.provisioning_state == "Succeeded"
        refused(412, "PreconditionFailed", lambda: dns.record_sets.create_or_update(*key, body, if_none_match="*"))
        read = dns.record_sets.get(*key)
        assert read.as_dict() == created.as_dict()
        patched = dns.record_sets.update(*key, {"ttl": 60}, if_match=read.etag)
        assert patched.ttl == 60 and patched.as_dict().get(next(iter(records))) == read.as_dict()[next(iter(records))]
        refused(412, "PreconditionFailed", lambda: dns.record_sets.delete(*key, if_match=read.etag))
        dns.record_sets.delete(*key, if_match=patched.etag)
        dns.record_sets.delete(*key)
        refused(404, "NotFound", lambda: dns.record_sets.get(*key))


def lists(dns: DnsManagementClient) -> None:
    for index in range(25):
        dns.record_sets.create_or_update(GROUP, ZONE, f"n{index:02}", "A", {"ttl": 60, **SETS["A"]})
    names = [each.name for each in dns.record_sets.list_by_type(GROUP, ZONE, "A", top=10)]
    assert names == [f"n{index:02}" for index in range(25)], names
    everything = [(each.name, each.type.split("/")[-1]) for each in dns.record_sets.list_by_dns_zone(GROUP, ZONE)]
    assert everything[:2] == [("@", "NS"), ("@", "SOA")] and len(everything) == 27, everything
    assert [each.name for each in dns.record_sets.list_all_by_dns_zone(GROUP, ZONE, record_set_name_suffix="24")] == ["n24"]


def refusals(dns: DnsManagementClient) -> None:
    refused(409, "Conflict", lambda: dns.record_sets.create_or_update(GROUP, ZONE, "n00", "CNAME", {"ttl": 1, **SETS["CNAME"]}))
    refused(400, "BadRequest", lambda: dns.record_sets.create_or_update(GROUP, ZONE, "x", "A", {"ttl": 1, "a_records": [{"ipv4_address": "1.2.3"}]}))
    refused(400, "BadRequest", lambda: dns.record_sets.delete(GROUP, ZONE, "@", "SOA"))
    refused(404, "ParentResourceNotFound", lambda: dns.record_sets.get(GROUP, "none.test", "x", "A"))
    refused(404, "ResourceGroupNotFound", lambda: dns.zones.get("none", ZONE))


def deletion(dns: DnsManagementClient) -> None:
    dns.zones.begin_delete(GROUP, ZONE).result(timeout=60)
    try:
        dns.zones.get(GROUP, ZONE)
    except ResourceNotFoundError as error:
        assert error.error.code == "ResourceNotFound", error
    else:
        raise AssertionError("the zone is still there")


STEPS = [certificate, zones, record_sets, lists, refusals, deletion]

if __name__ == "__main__":
    management = client()
    for step in STEPS:
        step(management)
        print(step.__name__)
    sys.exit(0)
