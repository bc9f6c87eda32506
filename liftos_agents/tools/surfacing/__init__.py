"""What a product text holds for a shopper's assistant that reads it.

Reading a listing, the facts in it, and the readiness score of `audit_product`.
"""
