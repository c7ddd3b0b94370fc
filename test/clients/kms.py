"""boto3's client of AWS KMS against the local KMS: keys, aliases, policies, encryption, and a key that is disabled or leaves.
Prints what each step found, one JSON object. Run by python.test.ts in the environment of a local cloud."""

import json

import boto3
from botocore.exceptions import ClientError

found = {}
kms = boto3.client("kms")
key = kms.create_key(Description="boto3", Tags=[{"TagKey": "team", "TagValue": "python"}])["KeyMetadata"]
arn = key["Arn"]


def refusal(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "accepted"


kms.create_alias(AliasName="alias/boto3", TargetKeyId=arn)
found["byAlias"] = kms.describe_key(KeyId="alias/boto3")["KeyMetadata"]["Arn"] == arn
found["state"] = key["KeyState"]
found["tags"] = kms.list_resource_tags(KeyId=arn)["Tags"]
kms.enable_key_rotation(KeyId=arn)
found["rotation"] = kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"]

context = {"workspace": "1"}
sealed = kms.encrypt(KeyId=arn, Plaintext=b"secret", EncryptionContext=context)["CiphertextBlob"]
found["decrypted"] = kms.decrypt(CiphertextBlob=sealed, EncryptionContext=context)["Plaintext"].decode()
found["otherContext"] = refusal(kms.decrypt, CiphertextBlob=sealed, EncryptionContext={"workspace": "2"})
data_key = kms.generate_data_key(KeyId=arn, KeySpec="AES_256")
found["dataKey"] = kms.decrypt(CiphertextBlob=data_key["CiphertextBlob"])["Plaintext"] == data_key["Plaintext"]

policy = json.loads(kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"])
found["lockout"] = refusal(
    kms.put_key_policy, KeyId=arn, PolicyName="default", Policy=json.dumps({**policy, "Statement": []})
)
found["listed"] = arn in [each["KeyArn"] for each in kms.list_keys()["Keys"]]
kms.disable_key(KeyId=arn)
found["disabled"] = refusal(kms.decrypt, CiphertextBlob=sealed, EncryptionContext=context)
kms.enable_key(KeyId=arn)
kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
found["leaving"] = refusal(kms.encrypt, KeyId=arn, Plaintext=b"secret")
kms.cancel_key_deletion(KeyId=arn)
found["cancelled"] = kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"]
found["missing"] = refusal(kms.describe_key, KeyId="11111111-2222-4333-8444-555555555555")
print(json.dumps(found))
