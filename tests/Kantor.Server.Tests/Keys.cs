using Kantor.Server.Configuration;

namespace Kantor.Server.Tests;

internal static class Keys
{
    public const string Api = "sk-api-0123456789abcdef";
    public const string Admin = "sk-admin-0123456789abcdef";

    public static readonly ServerOptions ApiOnly = new() { ApiKeys = ["sk-other-0123456789abcdef", Api] };

    public static readonly ServerOptions Both = ApiOnly with { AdminKeys = [Admin] };
}
