"""Staff-only repair pages."""

from django.contrib import admin

from balcao.customers.models import Customer, CustomerNote, Identity, Link, NotSame


@admin.register(Customer)
class CustomerAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic for the type checker only
    """Customers by their folded name."""

    list_display = ("id", "name", "language", "city", "created_at")
    search_fields = ("name_key",)
    readonly_fields = ("name_key", "surname_key")


@admin.register(Identity)
class IdentityAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic for the type checker only
    """Identities; whose they are follows from the links, so it is not written here."""

    list_display = ("id", "kind", "value", "customer", "proven_at", "undeliverable_at")
    list_filter = ("kind",)
    search_fields = ("value",)
    readonly_fields = ("customer", "home")


@admin.register(Link)
class LinkAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic for the type checker only
    """Links, to be looked at: undo recomputes what this page would not."""

    list_display = ("id", "identity_a", "identity_b", "rule", "agent", "at", "revoked_at")
    list_filter = ("rule",)

    def has_add_permission(self, request: object) -> bool:
        """Leave joining to the merge action."""
        return False

    def has_change_permission(self, request: object, obj: Link | None = None) -> bool:
        """Leave parting to the undo action."""
        return False


admin.site.register([NotSame, CustomerNote])
